import type { QuestionAnnotation, VisualQuestion } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import { labelScore, vqaAccuracy, type VqaQuestion } from "../metrics/index.ts";
import { type Predicted, scorableExamples } from "./predictions.ts";
import type { Example, Scores } from "./task.ts";

/** The questions of a split and, where they are known, people's answers to all of them by question id. */
export interface AnnotatedQuestions {
  readonly questions: readonly VisualQuestion[];
  readonly annotations: ReadonlyMap<string, QuestionAnnotation> | undefined;
}

type Answered = Predicted & { readonly question: VisualQuestion };

/**
 * Scores of VQA answers. With people's answers the headline is the accuracy that the original reports (its own variant
 * of the official evaluator, whose value is `official_accuracy`); with labels alone it is the soft score of the answer
 * list.
 *
 * @throws VlPetError "data" when the questions have neither.
 */
export function scoreAnswers(
  { questions, annotations }: AnnotatedQuestions,
  examples: readonly Example[],
  predictions: ReadonlyMap<string, string>,
): Scores {
  const answered = scorableExamples(examples, predictions).flatMap((entry): Answered[] => {
    const question = questions[entry.index];
    return question === undefined ? [] : [{ ...entry, question }];
  });
  const labelled = answered.every(({ question }) => question.label !== undefined);
  const soft = labelled ? softScores(answered) : undefined;
  if (annotations !== undefined) return accuracyScores(answered, annotations, soft);
  if (soft !== undefined) return soft;
  throw new VlPetError("data", "these questions have neither labels nor people's answers to compare with", {
    where: `vqa question ${answered[0]?.question.id}`,
    fix: "add the annotations of the split, or write a result file and submit it",
  });
}

function softScores(answered: readonly Answered[]): Scores {
  const scores = answered.map(({ question, text }) =>
    labelScore([{ prediction: text, label: Object.fromEntries(question.label ?? []) }]),
  );
  const value = (100 * scores.reduce((sum, score) => sum + score, 0)) / scores.length;
  return {
    headline: { name: "topk_score", value },
    all: { topk_score: value },
    count: answered.length,
    perItem: new Map(answered.map(({ example }, i) => [example.id, 100 * (scores[i] ?? 0)])),
  };
}

function accuracyScores(
  answered: readonly Answered[],
  annotations: ReadonlyMap<string, QuestionAnnotation>,
  soft: Scores | undefined,
): Scores {
  const questions = answered.map(({ question }, position): VqaQuestion => {
    const { answers = [], questionType = "", answerType = "" } = annotations.get(String(question.id)) ?? {};
    const optimal = question.topkOptimal;
    return {
      questionId: position,
      questionType,
      answerType,
      answers,
      ...(optimal !== undefined && { isTopkOptimal: optimal }),
    };
  });
  const predictions = new Map(answered.map(({ text }, position) => [position, text]));
  const vlpet = vqaAccuracy(questions, predictions, { evaluator: "vlpet" });
  const official = vqaAccuracy(questions, predictions, { evaluator: "official" });
  const byAnswerType = Object.entries(vlpet.perAnswerType).filter(([type]) => type !== "");
  const saysOptimal = questions.some((question) => question.isTopkOptimal !== undefined);
  const subset = (topkOptimal: boolean): number =>
    vqaAccuracy(questions, predictions, { evaluator: "vlpet", topkOptimal }).overall;
  return {
    headline: { name: "accuracy", value: vlpet.overall },
    all: {
      accuracy: vlpet.overall,
      official_accuracy: official.overall,
      ...soft?.all,
      ...(saysOptimal && { topk_optimal: subset(true), topk_not_optimal: subset(false) }),
      ...Object.fromEntries(byAnswerType.map(([type, value]) => [`accuracy: ${type}`, value])),
    },
    count: answered.length,
    perItem: new Map(
      answered.map(({ example }, position) => [example.id, vlpet.perQuestion.get(position) ?? 0]),
    ),
  };
}
