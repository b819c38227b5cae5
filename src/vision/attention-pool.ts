import type { Tensor } from "../graph/index.ts";
import { linear, widthOf, type Scope } from "../nn/index.ts";
import { axisSize, concat, reduceMean, slice } from "../ops/index.ts";
import { attention, overTokens } from "./attention.ts";
import { withPositions, type Positions } from "./positions.ts";

export interface AttentionPool {
  readonly heads: number;
  /** Width of the pooled vector. */
  readonly outputs: number;
  readonly positions: Positions;
}

/**
 * What the mean of a grid attends to among the grid and itself: t = [mean x; x] + positions, and the pooled vector is
 * the attention of t₀ over t. Grid [B, N, D] → [B, 1, outputs].
 */
export function attentionPool(scope: Scope, grid: Tensor, pool: AttentionPool): Tensor {
  const width = widthOf(grid);
  const tokens = concat([reduceMean(grid, [1], { keep: true }), grid], 1); // [B, 1 + N, D]
  const placed = withPositions(scope, tokens, pool.positions, [Number(axisSize(tokens, 1)), width]);
  const project = (name: string, x: Tensor, outputs = width): Tensor =>
    overTokens(x, (rows) => linear(scope.at(name), rows, outputs));
  const query = project("q_proj", slice(placed, { axis: 1, start: 0, length: 1 })); // [B, 1, D]
  const context = attention(query, project("k_proj", placed), project("v_proj", placed), pool.heads);
  return project("c_proj", context, pool.outputs);
}
