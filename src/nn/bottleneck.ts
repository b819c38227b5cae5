import type { Tensor } from "../graph/index.ts";
import { geluTanh } from "../ops/index.ts";
import { linear } from "./layers.ts";
import type { Init } from "./parameter.ts";
import type { Scope } from "./scope.ts";

export interface BottleneckOptions {
  readonly rank: number;
  /** Start of the up projection instead of the backbone's rule; zeros make the branch start silent. */
  readonly upInit?: Init;
}

/** up(φ(down(x))) with φ = gelu by tanh (Houlsby et al. 2019): rows [R, D] → [R, outputs]. */
export function bottleneck(
  scope: Scope,
  x: Tensor,
  outputs: number,
  { rank, upInit }: BottleneckOptions,
): Tensor {
  const inner = geluTanh(linear(scope.at("down"), x, rank)); // [R, rank]
  return linear(scope.at("up"), inner, outputs, upInit === undefined ? {} : { init: upInit });
}
