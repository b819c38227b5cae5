import { times, type Op, type Size, type Tensor } from "../graph/index.ts";
import { mul } from "./arithmetic.ts";
import { padAxis, reshape } from "./layout.ts";
import { expand } from "./reduce.ts";
import { axisSize, imageSizes, requireFloat32, shapeError, single, type ImageSizes } from "./shape-rules.ts";

/** Sizes of an image after pooling; what is left over at its end is not read. */
function pooledSizes(x: Tensor, side: number): ImageSizes {
  const [rows, columns] = imageSizes("average-pool-2d", x);
  if (!Number.isInteger(side) || side < 1 || rows < side || columns < side) {
    throw shapeError("average-pool-2d", `room for a square of ${side} pixels a side`, x);
  }
  return [Math.floor(rows / side), Math.floor(columns / side)];
}

/** Means of squares that lie side by side: x [B, C, H, W] → [B, C, ⌊H/side⌋, ⌊W/side⌋]. */
export const AVERAGE_POOL_2D: Op<readonly [Tensor], { readonly side: number }> = {
  name: "average-pool-2d",
  infer([x], { side }) {
    requireFloat32("average-pool-2d", x);
    const [rows, columns] = pooledSizes(x, side);
    return [{ dtype: "float32", shape: [axisSize(x, 0), axisSize(x, 1), rows, columns] }];
  },
  encode: (writer, { inputs, outputs, attributes: { side } }) =>
    void writer.emit("AveragePool", inputs, {
      outputs,
      attributes: { kernel_shape: [side, side], strides: [side, side] },
    }),
  gradient({ inputs: [x], attributes: { side }, dy }) {
    const [rows, columns] = imageSizes("average-pool-2d", x);
    const [height, width] = pooledSizes(x, side);
    const share = mul(dy, 1 / side ** 2); // every pixel of a square has the same part in its mean
    const covered = magnified(share, side);
    const wide = padAxis(covered, { axis: 2, before: 0, after: rows - height * side });
    return [padAxis(wide, { axis: 3, before: 0, after: columns - width * side })];
  },
};

/** Every pixel becomes a square: x [B, C, H, W] → [B, C, side·H, side·W]. At most four axes, which all providers know. */
function magnified(x: Tensor, side: number): Tensor {
  const [rows, columns] = imageSizes("average-pool-2d", x);
  const images: Size = times(axisSize(x, 0), axisSize(x, 1));
  const lines = times(images, rows);
  const wide = expand(reshape(x, [lines, columns, 1]), [lines, columns, side]);
  const width = columns * side;
  const high = expand(reshape(wide, [images, rows, 1, width]), [images, rows, side, width]);
  return reshape(high, [axisSize(x, 0), axisSize(x, 1), rows * side, width]);
}

/** Means of squares of `side` pixels that lie side by side; x [B, C, H, W] with fixed H and W. */
export function averagePool2d(x: Tensor, side: number): Tensor {
  return single(x.graph.apply(AVERAGE_POOL_2D, [x], { side }));
}
