import { sameSize, type Op, type Tensor } from "../graph/index.ts";
import { slice, transpose } from "./layout.ts";
import { axisSize, imageSizes, requireFloat32, shapeError, single, type ImageSizes } from "./shape-rules.ts";

type Pair = readonly [Tensor, Tensor];

/** Where a square window looks: both image axes alike, zeros beyond the edges. */
export interface ConvolutionAttributes {
  /** Pixels from one window to the next. */
  readonly stride: number;
  /** Zeros on each side. */
  readonly padding: number;
  /** Pixels between neighbouring taps of the window. */
  readonly dilation: number;
}

function requireWindow(op: string, { stride, padding, dilation }: ConvolutionAttributes, x: Tensor): void {
  const isWhole = [stride, padding, dilation].every(Number.isInteger);
  if (!isWhole || stride < 1 || dilation < 1 || padding < 0) {
    throw shapeError(op, "a stride and a dilation from 1, and a padding from 0, as whole numbers", x);
  }
}

/** Pixels from the first to the last tap, both included. */
function reachOf(taps: number, dilation: number): number {
  return (taps - 1) * dilation + 1;
}

function windowAttributes({ stride, padding, dilation }: ConvolutionAttributes, kernel: ImageSizes) {
  return {
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    dilations: [dilation, dilation],
    kernel_shape: kernel,
  };
}

/** x [B, I, H, W] ⋆ weight [O, I, h, w] → [B, O, H', W'] with H' = ⌊(H + 2·padding − reach)/stride⌋ + 1. No bias. */
export const CONV_2D: Op<Pair, ConvolutionAttributes> = {
  name: "conv-2d",
  infer([x, weight], attributes) {
    requireFloat32("conv-2d", x, weight);
    requireWindow("conv-2d", attributes, x);
    const { stride, padding, dilation } = attributes;
    const [image, kernel] = [imageSizes("conv-2d", x), imageSizes("conv-2d", weight)];
    const sizes = image.map((size, i) => {
      const room = size + 2 * padding - reachOf(kernel[i] ?? 0, dilation);
      return Math.floor(room / stride) + 1;
    });
    if (!sameSize(axisSize(x, 1), axisSize(weight, 1)) || sizes.some((size) => size < 1)) {
      throw shapeError("conv-2d", "x [B, I, H, W] no smaller than the windows of [O, I, h, w]", x, weight);
    }
    return [{ dtype: "float32", shape: [axisSize(x, 0), axisSize(weight, 0), ...sizes] }];
  },
  encode: (writer, { inputs, outputs, attributes, tensors: [, weight] }) =>
    void writer.emit("Conv", inputs, {
      outputs,
      attributes: windowAttributes(attributes, imageSizes("conv-2d", weight)),
    }),
  gradient: ({ inputs: [x, weight], attributes, dy }) => [
    convTranspose2d(dy, weight, { ...attributes, sizes: imageSizes("conv-2d", x) }),
    weightGradient(x, dy, attributes, imageSizes("conv-2d", weight)),
  ],
};

/**
 * dW[o, i] = Σ_b x[b, i] ⋆ dy[b, o]: a convolution whose batch is I and whose channels are the examples, with dy's
 * pixels as taps that lie `stride` apart. A remainder of the division by the stride gives taps too many at the end.
 */
function weightGradient(
  x: Tensor,
  dy: Tensor,
  { stride, padding, dilation }: ConvolutionAttributes,
  [rows, columns]: ImageSizes,
): Tensor {
  const [images, windows] = [transpose(x, [1, 0, 2, 3]), transpose(dy, [1, 0, 2, 3])]; // [I, B, H, W], [O, B, H', W']
  const all = conv2d(images, windows, { stride: dilation, padding, dilation: stride }); // [I, O, ≥h, ≥w]
  const some = slice(all, { axis: 2, start: 0, length: rows });
  return transpose(slice(some, { axis: 3, start: 0, length: columns }), [1, 0, 2, 3]);
}

export interface TransposedAttributes extends ConvolutionAttributes {
  /** H and W of the result: with a stride, several sizes have windows at the same places. */
  readonly sizes: readonly number[];
}

/** The adjoint of `conv2d` by x: y [B, O, H', W'], weight [O, I, h, w] → [B, I, H, W]. */
export const CONV_TRANSPOSE_2D: Op<Pair, TransposedAttributes> = {
  name: "conv-transpose-2d",
  infer([y, weight], attributes) {
    requireFloat32("conv-transpose-2d", y, weight);
    requireWindow("conv-transpose-2d", attributes, y);
    const more = leftOver(y, weight, attributes);
    const fits = attributes.sizes.length === 2 && more.every((size) => size >= 0 && size < attributes.stride);
    if (!sameSize(axisSize(y, 1), axisSize(weight, 0)) || !fits) {
      const sizes = attributes.sizes.join("×");
      throw shapeError("conv-transpose-2d", `what windows [O, I, h, w] make of ${sizes} pixels`, y, weight);
    }
    return [{ dtype: "float32", shape: [axisSize(y, 0), axisSize(weight, 1), ...attributes.sizes] }];
  },
  encode(writer, { inputs, outputs, attributes, tensors: [y, weight] }) {
    const kernel = imageSizes("conv-transpose-2d", weight);
    writer.emit("ConvTranspose", inputs, {
      outputs,
      attributes: {
        ...windowAttributes(attributes, kernel),
        output_padding: leftOver(y, weight, attributes),
      },
    });
  },
  gradient: ({ inputs: [y, weight], attributes, dy }) => [
    conv2d(dy, weight, attributes),
    weightGradient(dy, y, attributes, imageSizes("conv-transpose-2d", weight)),
  ],
};

/** Pixels at the end that no window covers, on each axis. */
function leftOver(
  y: Tensor,
  weight: Tensor,
  { stride, padding, dilation, sizes }: TransposedAttributes,
): readonly number[] {
  const [windows, kernel] = [imageSizes("conv-transpose-2d", y), imageSizes("conv-transpose-2d", weight)];
  return windows.map((count, i) => {
    const covered = (count - 1) * stride + reachOf(kernel[i] ?? 0, dilation) - 2 * padding;
    return (sizes[i] ?? Number.NaN) - covered;
  });
}

/** A convolution without bias: x [B, I, H, W], weight [O, I, h, w] → [B, O, H', W']. H and W are fixed numbers. */
export function conv2d(x: Tensor, weight: Tensor, attributes: Partial<ConvolutionAttributes> = {}): Tensor {
  const { stride = 1, padding = 0, dilation = 1 } = attributes;
  return single(x.graph.apply(CONV_2D, [x, weight], { stride, padding, dilation }));
}

/** What flows back through `conv2d` to an image of `sizes`. */
export function convTranspose2d(y: Tensor, weight: Tensor, attributes: TransposedAttributes): Tensor {
  const { stride, padding, dilation, sizes } = attributes;
  return single(y.graph.apply(CONV_TRANSPOSE_2D, [y, weight], { stride, padding, dilation, sizes }));
}
