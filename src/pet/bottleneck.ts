import type { Tensor } from "../graph/index.ts";
import { widthOf, type BottleneckOptions, type Scope } from "../nn/index.ts";
import { geluTanh } from "../ops/index.ts";
import { linearProjection, type Projection } from "./projection.ts";
import { mapPlace, type Share } from "./share.ts";

export interface SameWidthOptions extends BottleneckOptions {
  /** What the two maps are; default: linear maps. */
  readonly projection?: Projection;
  /** What tasks share of it; default: everything. */
  readonly share?: Share;
}

/** A bottleneck up(φ(down(x))) as wide as what it is added to: rows [R, D] → [R, D]. */
export function sameWidthBottleneck(
  scope: Scope,
  x: Tensor,
  { rank, upInit, projection = linearProjection, share = "tasks" }: SameWidthOptions,
): Tensor {
  const inner = geluTanh(projection(mapPlace(scope, "down", share), x, rank, {})); // [R, rank]
  const start = upInit === undefined ? {} : { init: upInit };
  return projection(mapPlace(scope, "up", share), inner, widthOf(x), start);
}
