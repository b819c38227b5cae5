import type { Feeds } from "../backbones/index.ts";
import { float32Tensor, int64Tensor } from "../graph/index.ts";

/** A label that is not scored: padding. */
export const IGNORED = -100;

/** How token losses make a batch's loss: a mean over examples of token means, or one mean over all tokens. */
export type LossRule = "example-mean" | "token-mean";

/**
 * One weight a target token such that Σ weight·loss is the task's loss. `scores` multiply examples (VQA); ignored
 * tokens weigh 0. Labels [B][T].
 */
export function tokenWeights(
  labels: readonly (readonly number[])[],
  rule: LossRule,
  scores: readonly number[] | null,
): readonly (readonly number[])[] {
  const counts = labels.map((row) => row.filter((label) => label !== IGNORED).length);
  const total = counts.reduce((a, b) => a + b, 0);
  return labels.map((row, b) => {
    const share =
      rule === "token-mean" ? 1 / Math.max(1, total) : 1 / (Math.max(1, counts[b] ?? 1) * labels.length);
    const weight = share * (scores?.[b] ?? 1);
    return row.map((label) => (label === IGNORED ? 0 : weight));
  });
}

/** What the decoder reads for given labels: the start token, then the labels without the last; ignored ones become padding. */
export function shiftedRight(
  labels: readonly (readonly number[])[],
  tokens: { readonly decoderStart: number; readonly pad: number },
): readonly (readonly number[])[] {
  return labels.map((row) =>
    [tokens.decoderStart, ...row.slice(0, -1)].map((id) => (id === IGNORED ? tokens.pad : id)),
  );
}

/** Feeds of the loss: rows of the decoder with a label, the labels, their weights. All labels have equal length T. */
export function lossFeeds(
  labels: readonly (readonly number[])[],
  weights: readonly (readonly number[])[],
): Feeds {
  const length = labels[0]?.length ?? 0;
  const rows: number[] = [];
  const picked: number[] = [];
  const factors: number[] = [];
  labels.forEach((row, b) => {
    row.forEach((label, t) => {
      if (label === IGNORED) return;
      rows.push(b * length + t);
      picked.push(label);
      factors.push(weights[b]?.[t] ?? 0);
    });
  });
  return {
    scored_rows: int64Tensor(rows, [rows.length]),
    scored_labels: int64Tensor(picked, [rows.length]),
    scored_weights: float32Tensor(factors, [rows.length, 1]),
  };
}

/** Label rows padded with `IGNORED` to the longest. */
export function paddedLabels(rows: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const length = Math.max(1, ...rows.map((row) => row.length));
  return rows.map((row) => [...row, ...Array.from({ length: length - row.length }, () => IGNORED)]);
}
