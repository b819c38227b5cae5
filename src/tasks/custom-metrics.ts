import { VlPetError } from "../error.ts";
import {
  captionScores,
  type CaptionEvaluation,
  type CaptionScores,
  vqaAccuracy,
  type VqaQuestion,
} from "../metrics/index.ts";

/** Predictions and, in the same order, the targets of each. */
export interface AnsweredRows {
  readonly predictions: readonly string[];
  readonly targets: readonly (readonly string[])[];
  /** Caption scores of these predictions, computed once. */
  readonly captions: () => CaptionEvaluation;
}

/** A metric's value for all rows and for each, in percent. */
export interface MetricScores {
  readonly value: number;
  readonly perItem: readonly number[];
}

/** How the user's own data can be scored, by the names that `metrics` takes. A new metric is one entry here. */
export const CUSTOM_METRICS = {
  /** Share of predictions that are one of the targets, whatever their case and white space. */
  accuracy: (rows) => shareOf(rows, (prediction, targets) => targets.map(plain).includes(plain(prediction))),
  /** Share of predictions that are one of the targets, character by character. */
  exact: (rows) => shareOf(rows, (prediction, targets) => targets.includes(prediction)),
  /** The official VQA accuracy: how many people gave the predicted answer. */
  vqa: peopleAccuracy,
  cider: captionMetric("CIDEr"),
  /** BLEU-4. */
  bleu: captionMetric("Bleu_4"),
  rouge: captionMetric("ROUGE_L"),
} as const satisfies Readonly<Record<string, (rows: AnsweredRows) => MetricScores>>;

export type CustomMetric = keyof typeof CUSTOM_METRICS;

/** Scores of predictions by each of some metrics. */
export function customScores(
  metrics: readonly CustomMetric[],
  predictions: readonly string[],
  targets: readonly (readonly string[])[],
): ReadonlyMap<CustomMetric, MetricScores> {
  let evaluation: CaptionEvaluation | null = null;
  const captions = (): CaptionEvaluation => (evaluation ??= captionScores(predictions, targets));
  return new Map(metrics.map((name) => [name, CUSTOM_METRICS[name]({ predictions, targets, captions })]));
}

/** Lower case, white space at the ends left out and otherwise one space. */
export function plain(text: string): string {
  return text.trim().toLowerCase().replaceAll(/\s+/g, " ");
}

function shareOf(
  { predictions, targets }: AnsweredRows,
  isRight: (prediction: string, targets: readonly string[]) => boolean,
): MetricScores {
  const perItem = predictions.map((prediction, i) => (isRight(prediction, targets[i] ?? []) ? 100 : 0));
  return { value: perItem.reduce((sum: number, score) => sum + score, 0) / perItem.length, perItem };
}

function captionMetric(name: keyof CaptionScores): (rows: AnsweredRows) => MetricScores {
  return ({ captions }) => {
    const { corpus, perItem } = captions();
    return { value: 100 * corpus[name], perItem: perItem.map((scores) => 100 * scores[name]) };
  };
}

/** Three other people who gave an answer make it right: with fewer than four answers none could be. */
const FEWEST_ANSWERS = 4;

function peopleAccuracy({ predictions, targets }: AnsweredRows): MetricScores {
  const few = targets.find((answers) => answers.length < FEWEST_ANSWERS);
  if (few !== undefined) {
    throw new VlPetError("data", "the metric vqa compares with the answers of several people", {
      where: "tasks.custom.metrics",
      expected: `at least ${FEWEST_ANSWERS} targets in every row, as a list; VQA has ten`,
      received: `a row with ${few.length}: ${few.join(", ")}`,
      fix: "give all people's answers, the same ones as often as they were given, or choose the metric accuracy",
    });
  }
  const questions = targets.map((answers, questionId): VqaQuestion => ({
    questionId,
    questionType: "",
    answerType: "",
    answers,
  }));
  const { overall, perQuestion } = vqaAccuracy(questions, new Map(predictions.entries()), {
    evaluator: "official",
  });
  return { value: overall, perItem: predictions.map((_, i) => perQuestion.get(i) ?? 0) };
}
