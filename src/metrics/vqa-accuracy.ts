/**
 * VQA accuracy: the official VQA v2 evaluator and the original's own variant, and the soft score of the answer
 * list that the original's validation prints.
 */
import { VlPetError } from "../error.ts";
import { roundPercent } from "./round-percent.ts";
import { flattenAnswer, normalizePrediction, stripPunctuation, unifyWords } from "./vqa-normalize.ts";

/** One annotated question; `answers` are the annotators' ten, in their order. */
export interface VqaQuestion {
  readonly questionId: number;
  readonly questionType: string;
  readonly answerType: string;
  readonly answers: readonly string[];
  /** Whether the best answer is in the answer list; left out where unknown. */
  readonly isTopkOptimal?: boolean;
}

export interface VqaAccuracyOptions {
  /**
   * `official`: both sides are normalised fully, and only when the annotators disagree. `vlpet`: the prediction
   * always fully, the annotators' answers by the punctuation step only, and only when they disagree.
   * Quirk: predictions of "two" become "2" and never equal the answers of annotators who all say "two".
   */
  readonly evaluator: "official" | "vlpet";
  /** Score only questions whose `isTopkOptimal` is this; questions that do not say are kept. */
  readonly topkOptimal?: boolean;
}

/** Percent, rounded to two decimals as the evaluators do. */
export interface VqaAccuracy {
  readonly overall: number;
  readonly perQuestionType: Readonly<Record<string, number>>;
  readonly perAnswerType: Readonly<Record<string, number>>;
  readonly perQuestion: ReadonlyMap<number, number>;
}

/** Prediction and answers in the form in which they are compared for equality. */
function comparable(
  prediction: string,
  answers: readonly string[],
  evaluator: VqaAccuracyOptions["evaluator"],
) {
  if (evaluator === "vlpet") {
    const agree = new Set(answers).size <= 1;
    return {
      prediction: normalizePrediction(prediction),
      answers: agree ? answers : answers.map(stripPunctuation),
    };
  }
  const flat = answers.map(flattenAnswer);
  if (new Set(flat).size <= 1) return { prediction: flattenAnswer(prediction), answers: flat };
  return {
    prediction: normalizePrediction(prediction),
    answers: flat.map((answer) => unifyWords(stripPunctuation(answer))),
  };
}

/** Mean over annotators of min(1, agreeing others / 3), in [0, 1]. */
function questionAccuracy(prediction: string, answers: readonly string[]): number {
  const matches = answers.map((answer) => (answer === prediction ? 1 : 0));
  const total = matches.reduce<number>((sum, match) => sum + match, 0);
  const scores = matches.map((own) => Math.min(1, (total - own) / 3));
  return scores.reduce((sum, score) => sum + score, 0) / answers.length;
}

function percentMean(scores: readonly number[]): number {
  return roundPercent((100 * scores.reduce((sum, score) => sum + score, 0)) / scores.length);
}

function percentByGroup(groups: ReadonlyMap<string, readonly number[]>): Record<string, number> {
  return Object.fromEntries([...groups].map(([name, scores]) => [name, percentMean(scores)]));
}

function addTo(groups: Map<string, number[]>, name: string, score: number): void {
  const group = groups.get(name);
  if (group === undefined) groups.set(name, [score]);
  else group.push(score);
}

/**
 * VQA accuracy of generated answers against the annotators' answers.
 *
 * @param predictions answer by question id; every one must belong to a question, and with the official evaluator
 * every question must have one.
 * @returns overall 0 and empty groups when no question is left.
 * @throws VlPetError of kind `data` for an unknown or unanswered question.
 */
export function vqaAccuracy(
  questions: readonly VqaQuestion[],
  predictions: ReadonlyMap<number, string>,
  options: VqaAccuracyOptions,
): VqaAccuracy {
  const known = new Map(questions.map((question) => [question.questionId, question]));
  assertCovered(known, predictions, options.evaluator);
  const all: number[] = [];
  const byQuestionType = new Map<string, number[]>();
  const byAnswerType = new Map<string, number[]>();
  const perQuestion = new Map<number, number>();
  for (const [questionId, predicted] of predictions) {
    const question = known.get(questionId);
    if (question === undefined || !isWanted(question, options.topkOptimal)) continue;
    const { prediction, answers } = comparable(predicted, question.answers, options.evaluator);
    const score = questionAccuracy(prediction, answers);
    all.push(score);
    addTo(byQuestionType, question.questionType, score);
    addTo(byAnswerType, question.answerType, score);
    perQuestion.set(questionId, roundPercent(100 * score));
  }
  return {
    overall: all.length === 0 ? 0 : percentMean(all),
    perQuestionType: percentByGroup(byQuestionType),
    perAnswerType: percentByGroup(byAnswerType),
    perQuestion,
  };
}

function isWanted(question: VqaQuestion, topkOptimal: boolean | undefined): boolean {
  return (
    topkOptimal === undefined ||
    question.isTopkOptimal === undefined ||
    question.isTopkOptimal === topkOptimal
  );
}

function assertCovered(
  known: ReadonlyMap<number, VqaQuestion>,
  predictions: ReadonlyMap<number, string>,
  evaluator: VqaAccuracyOptions["evaluator"],
): void {
  for (const questionId of predictions.keys()) {
    const question = known.get(questionId);
    if (question === undefined) {
      throw new VlPetError("data", "a prediction answers a question that has no annotation", {
        where: `question ${questionId}`,
        fix: "evaluate against the annotations of the predicted split",
      });
    }
    if (question.answers.length === 0) {
      throw new VlPetError("data", "a question has no annotators' answers to compare with", {
        where: `question ${questionId}`,
        expected: "ten answers",
      });
    }
  }
  if (evaluator === "vlpet" || predictions.size === known.size) return;
  const missing = [...known.keys()].filter((questionId) => !predictions.has(questionId));
  throw new VlPetError("data", "the official evaluator scores every question, and some have no prediction", {
    where: `questions ${missing.slice(0, 5).join(", ")}`,
    expected: `${known.size} predictions`,
    received: `${predictions.size}`,
    fix: "predict all questions, or pass only the annotations of the predicted ones",
  });
}
