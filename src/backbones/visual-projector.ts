import type { Tensor } from "../graph/index.ts";
import { linear, type Scope } from "../nn/index.ts";
import { add, geluTanh, mul, sigmoid } from "../ops/index.ts";
import type { LowRankProjector } from "./visual-settings.ts";

/** up(φ(down(x))) */
function throughRank(scope: Scope, x: Tensor, rank: number, width: number): Tensor {
  return linear(scope.at("up"), geluTanh(linear(scope.at("down"), x, rank)), width);
}

/** Feature rows [R, F] → [R, D]: a linear map, or f = up(φ(down(x))) with f ⊙ G or f + f ⊙ G behind it. */
export function visualProjector(
  scope: Scope,
  features: Tensor,
  width: number,
  low: LowRankProjector | null,
): Tensor {
  if (low === null) return linear(scope, features, width);
  const projected = throughRank(scope, features, low.rank, width);
  if (low.gateRank === null) return projected;
  const passed = mul(projected, sigmoid(throughRank(scope.at("gate"), features, low.gateRank, width)));
  return low.residual ? add(projected, passed) : passed;
}
