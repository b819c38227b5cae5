import { times, type Shape, type Size, type Tensor } from "../graph/index.ts";
import { axisSize, reshape } from "../ops/index.ts";

/**
 * How token rows [R, D] lie in their examples. Linear maps, norms and activations act on rows and never ask; only
 * attention and the gates that look across positions read the layout.
 */
export interface Layout {
  readonly batch: Size;
  /** Positions of an example, padding included. */
  readonly length: Size;
  /** rows [R, D] → [B, N, D] */
  grid(rows: Tensor): Tensor;
  /** [B, N, D] → rows [R, D] */
  rows(grid: Tensor): Tensor;
}

/** The same channels under other leading axes. */
function shaped(x: Tensor, lead: Shape): Tensor {
  return reshape(x, [...lead, axisSize(x, -1)]);
}

/** Every example takes the same number of rows, padding included: R = B·N. */
export function paddedLayout(batch: Size, length: Size): Layout {
  const rowCount = times(batch, length);
  return {
    batch,
    length,
    grid: (rows) => shaped(rows, [batch, length]),
    rows: (grid) => shaped(grid, [rowCount]),
  };
}

/** What flows through a backbone: token rows and where they lie. */
export interface Sequence {
  readonly rows: Tensor;
  readonly layout: Layout;
}
