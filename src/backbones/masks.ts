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

/** Additive mask [B, 1, 1, L + visual]: padding is forbidden, visual tokens never are. */
export function keyMask(ids: readonly number[], length: number, pad: number, visual: number): HostTensor {
  const batch = ids.length / length;
  const total = length + visual;
  const mask = new Float32Array(batch * total);
  ids.forEach((id, i) => {
    if (id === pad) mask[Math.floor(i / length) * total + (i % length)] = FORBIDDEN;
  });
  return float32Tensor(mask, [batch, 1, 1, total]);
}

/** Additive mask [1, 1, T, T]: a position sees itself and what came before. */
export function causalMask(length: number): HostTensor {
  const mask = new Float32Array(length * length);
  for (let row = 0; row < length; row++) mask.fill(FORBIDDEN, row * length + row + 1, (row + 1) * length);
  return float32Tensor(mask, [1, 1, length, length]);
}
