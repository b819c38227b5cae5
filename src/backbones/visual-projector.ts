import type { Tensor } from "../graph/index.ts";
import { bottleneck, linear, type Scope } from "../nn/index.ts";
import { add, mul, sigmoid } from "../ops/index.ts";
import type { LowRankProjector } from "./visual-settings.ts";

/** Feature rows [R, F] → [R, D]: a linear map, or f = up(φ(down(x))) with f ⊙ G or f + f ⊙ G behind it. */
export function visualProjector(
  scope: Scope,
  features: Tensor,
  width: number,
  low: LowRankProjector | null,
): Tensor {
  if (low === null) return linear(scope, features, width);
  const projected = bottleneck(scope, features, width, { rank: low.rank });
  if (low.gateRank === null) return projected;
  const gate = sigmoid(bottleneck(scope.at("gate"), features, width, { rank: low.gateRank }));
  const passed = mul(projected, gate);
  return low.residual ? add(projected, passed) : passed;
}
