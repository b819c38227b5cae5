/** A generated answer and the scores of the answers that count for its question. */
export interface LabelledPrediction {
  readonly prediction: string;
  readonly label: Readonly<Record<string, number>>;
}

/**
 * Mean over predictions of the label's score of exactly that string, else 0; in [0, 1]. No normalisation at all.
 * With the soft labels of a VQA answer list this is the original's top-k soft score, with one answer of
 * score 1 (GQA) it is exact match. No prediction gives 0.
 */
export function labelScore(items: readonly LabelledPrediction[]): number {
  if (items.length === 0) return 0;
  const total = items.reduce(
    (sum, { prediction, label }) => sum + (Object.hasOwn(label, prediction) ? (label[prediction] ?? 0) : 0),
    0,
  );
  return total / items.length;
}
