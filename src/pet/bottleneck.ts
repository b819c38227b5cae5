import type { Tensor } from "../graph/index.ts";
import { widthOf, type Init, type Scope } from "../nn/index.ts";
import { geluTanh } from "../ops/index.ts";
import { linearProjection, type Projection } from "./projection.ts";
import { mapPlace, type Share } from "./share.ts";

export interface BottleneckOptions {
  readonly rank: number;
  /** Start of the up map instead of its own rule; zeros make the branch start silent. */
  readonly upInit?: Init;
  /** What the two maps are; default: linear maps. */
  readonly projection?: Projection;
  /** What tasks share of it; default: everything. */
  readonly share?: Share;
}

/** A bottleneck up(φ(down(x))) as wide as what it is added to: rows [R, D] → [R, D]. */
export function sameWidthBottleneck(
  scope: Scope,
  x: Tensor,
  { rank, upInit, projection = linearProjection, share = "tasks" }: BottleneckOptions,
): Tensor {
  const inner = geluTanh(projection(mapPlace(scope, "down", share), x, rank, {})); // [R, rank]
  const start = upInit === undefined ? {} : { init: upInit };
  return projection(mapPlace(scope, "up", share), inner, widthOf(x), start);
}
