import { float32Tensor, type HostTensor } from "../graph/index.ts";

/** Added to a score to forbid it: far below any score, yet finite, so that its softmax weight is exactly 0. */
const FORBIDDEN = -1e9;

/** Ids padded on the right to the longest row. */
export function padded(
  rows: readonly (readonly number[])[],
  pad: number,
): { readonly ids: number[]; readonly length: number } {
  const length = Math.max(1, ...rows.map((row) => row.length));
  return {
    ids: rows.flatMap((row) => [...row, ...Array.from({ length: length - row.length }, () => pad)]),
    length,
  };
}

/** What stands before and behind the texts of a batch. */
interface Surroundings {
  readonly prompt: number;
  readonly visual: number;
  /** How many of an example's visual rows count, [B]; absent = all. */
  readonly visualCounts?: readonly number[] | undefined;
}

/** Additive mask [B, 1, 1, prompt + L + visual]: padding is forbidden, also that of visual rows; prompts never are. */
export function keyMask(
  ids: readonly number[],
  length: number,
  pad: number,
  { prompt, visual, visualCounts }: Surroundings,
): HostTensor {
  const batch = ids.length / length;
  const total = prompt + length + visual;
  const mask = new Float32Array(batch * total);
  visualCounts?.forEach((count, b) => {
    mask.fill(FORBIDDEN, b * total + prompt + length + Math.min(count, visual), (b + 1) * total);
  });
  ids.forEach((id, i) => {
    if (id === pad) mask[Math.floor(i / length) * total + prompt + (i % length)] = FORBIDDEN;
  });
  return float32Tensor(mask, [batch, 1, 1, total]);
}

/** Values of an additive mask [T, past + T]: a position sees the past, itself and what came before. */
export function causalValues(length: number, past: number): Float32Array {
  const total = past + length;
  const mask = new Float32Array(length * total);
  for (let row = 0; row < length; row++)
    mask.fill(FORBIDDEN, row * total + past + row + 1, (row + 1) * total);
  return mask;
}

/** The causal mask as an input, [1, 1, T, past + T]. */
export function causalMask(length: number, past: number): HostTensor {
  return float32Tensor(causalValues(length, past), [1, 1, length, past + length]);
}
