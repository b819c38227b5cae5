import type { Tensor } from "../graph/index.ts";
import { paddedLayout, widthOf } from "../nn/index.ts";
import { axisSize, matMul, matMulTransposed, mul, reshape, softmax, transpose } from "../ops/index.ts";

/** [B, N, H·K] → [B, H, N, K] */
function splitHeads(x: Tensor, heads: number): Tensor {
  const split = reshape(x, [axisSize(x, 0), axisSize(x, 1), heads, widthOf(x) / heads]);
  return transpose(split, [0, 2, 1, 3]);
}

/**
 * softmax(q kᵀ/√K) v of each head, joined: queries [B, T, D], keys and values [B, S, D] → [B, T, D]. Image encoders have
 * no masks, no dropout, no cache and no sites, so this is all that attention is here.
 */
export function attention(query: Tensor, key: Tensor, value: Tensor, heads: number): Tensor {
  const [q, k, v] = [splitHeads(query, heads), splitHeads(key, heads), splitHeads(value, heads)];
  const weights = softmax(mul(matMulTransposed(q, k), widthOf(q) ** -0.5)); // [B, H, T, S]
  const context = transpose(matMul(weights, v), [0, 2, 1, 3]); // [B, T, H, K]
  return reshape(context, query.shape);
}

/** Applies a function of rows [R, D] → [R, D'] to tokens [B, N, D] → [B, N, D']. */
export function overTokens(x: Tensor, map: (rows: Tensor) => Tensor): Tensor {
  const layout = paddedLayout(axisSize(x, 0), axisSize(x, 1));
  return layout.grid(map(layout.rows(x)));
}
