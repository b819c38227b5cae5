import {
  elementCount,
  plus,
  sameShape,
  sameSize,
  shapeText,
  sizeText,
  times,
  type Op,
  type Shape,
  type Size,
  type Tensor,
} from "../graph/index.ts";
import { axisIndex, axisSize, shapeError, single } from "./shape-rules.ts";

type One = readonly [Tensor];

/** The same elements in row-major order under another shape. */
export const RESHAPE: Op<One, { readonly shape: Shape }> = {
  name: "reshape",
  infer([x], { shape }) {
    if (!sameSize(elementCount(x.shape), elementCount(shape))) {
      throw shapeError("reshape", `as many elements as ${shapeText(shape)}`, x);
    }
    return [{ dtype: x.dtype, shape }];
  },
  encode(writer, { inputs: [x = ""], outputs, attributes: { shape } }) {
    // Without `allowzero` a size of 0 would mean "as in the input": an empty cache has such sizes.
    writer.emit("Reshape", [x, writer.shape(shape, { freeAxis: true })], {
      outputs,
      attributes: { allowzero: 1 },
    });
  },
  gradient: ({ inputs: [x], dy }) => [reshape(dy, x.shape)],
};

export function reshape(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : single(x.graph.apply(RESHAPE, [x], { shape }));
}

/** Axes in another order: output axis i is input axis `order[i]`. */
export const TRANSPOSE: Op<One, { readonly order: readonly number[] }> = {
  name: "transpose",
  infer([x], { order }) {
    if (order.toSorted((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== x.shape.length) {
      throw shapeError("transpose", `a permutation of its axes, not [${order.join(", ")}]`, x);
    }
    return [{ dtype: x.dtype, shape: order.map((axis) => axisSize(x, axis)) }];
  },
  encode: (writer, { inputs, outputs, attributes: { order } }) =>
    void writer.emit("Transpose", inputs, { outputs, attributes: { perm: order } }),
  gradient: ({ attributes: { order }, dy }) => [
    transpose(
      dy,
      order.map((_, axis) => order.indexOf(axis)),
    ),
  ],
};

export function transpose(x: Tensor, order: readonly number[]): Tensor {
  return single(x.graph.apply(TRANSPOSE, [x], { order }));
}

/** Tensors joined along one axis; all other axes agree. */
export const CONCAT: Op<readonly Tensor[], { readonly axis: number }> = {
  name: "concat",
  infer(parts, { axis }) {
    const [first] = parts;
    if (first === undefined) throw shapeError("concat", "at least one tensor");
    const others = (t: Tensor): Shape => t.shape.toSpliced(axis, 1);
    if (parts.some((part) => !sameShape(others(part), others(first)) || part.dtype !== first.dtype)) {
      throw shapeError("concat", `tensors that differ only on axis ${axis}`, ...parts);
    }
    const joined = parts.map((part) => axisSize(part, axis)).reduce(plus);
    return [{ dtype: first.dtype, shape: first.shape.with(axis, joined) }];
  },
  encode: (writer, { inputs, outputs, attributes: { axis } }) =>
    void writer.emit("Concat", inputs, { outputs, attributes: { axis } }),
  gradient({ inputs, attributes: { axis }, dy }) {
    let start: Size = 0;
    return inputs.map((part) => {
      const piece = slice(dy, { axis, start, length: axisSize(part, axis) });
      start = plus(start, axisSize(part, axis));
      return piece;
    });
  },
};

export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts;
  if (first === undefined) throw shapeError("concat", "at least one tensor");
  if (parts.length === 1) return first;
  return single(first.graph.apply(CONCAT, parts, { axis: axisIndex(first, axis) }));
}

export interface SliceAttributes {
  readonly axis: number;
  readonly start: Size;
  readonly length: Size;
}

/** `length` entries of one axis from `start`. */
export const SLICE: Op<One, SliceAttributes & { readonly [key: string]: Size }> = {
  name: "slice",
  infer([x], { axis, start, length }) {
    const rest = plus(axisSize(x, axis), times(plus(start, length), -1));
    if (axis < 0 || [start, length, rest].some((size) => typeof size === "number" && size < 0)) {
      const piece = `${sizeText(length)} entries from ${sizeText(start)} on axis ${axis}`;
      throw shapeError("slice", `a tensor with ${piece}`, x);
    }
    return [{ dtype: x.dtype, shape: x.shape.with(axis, length) }];
  },
  encode(writer, { inputs: [x = ""], outputs, attributes: { axis, start, length } }) {
    const ends = [writer.shape([start]), writer.shape([plus(start, length)])];
    writer.emit("Slice", [x, ...ends, writer.int64([axis])], { outputs });
  },
  gradient: ({ inputs: [x], attributes: { axis, start, length }, dy }) => [
    padAxis(dy, { axis, before: start, after: plus(axisSize(x, axis), times(plus(start, length), -1)) }),
  ],
};

export function slice(x: Tensor, { axis, start, length }: SliceAttributes): Tensor {
  const index = axisIndex(x, axis);
  if (start === 0 && sameSize(length, axisSize(x, index))) return x;
  return single(x.graph.apply(SLICE, [x], { axis: index, start, length }));
}

export interface PadAttributes {
  readonly axis: number;
  readonly before: Size;
  readonly after: Size;
}

/** Zeros before and after the entries of one axis: the adjoint of `slice`. */
export const PAD: Op<One, PadAttributes & { readonly [key: string]: Size }> = {
  name: "pad",
  infer([x], { axis, before, after }) {
    if (axis < 0 || [before, after].some((size) => typeof size === "number" && size < 0)) {
      throw shapeError("pad", "an axis from 0 and widths that are not negative", x);
    }
    return [{ dtype: x.dtype, shape: x.shape.with(axis, plus(plus(before, axisSize(x, axis)), after)) }];
  },
  encode(writer, { inputs: [x = ""], outputs, attributes: { axis, before, after }, tensors: [tensor] }) {
    // All axes are named: onnxruntime forgets the `axes` input when it moves a Transpose past a Pad.
    const widths = (width: Size): Size[] => tensor.shape.map((_, other) => (other === axis ? width : 0));
    const pads = writer.shape([...widths(before), ...widths(after)]);
    writer.emit("Pad", [x, pads], { outputs });
  },
  gradient: ({ inputs: [x], attributes: { axis, before }, dy }) => [
    slice(dy, { axis, start: before, length: axisSize(x, axis) }),
  ],
};

export function padAxis(x: Tensor, attributes: PadAttributes): Tensor {
  return single(x.graph.apply(PAD, [x], { ...attributes, axis: axisIndex(x, attributes.axis) }));
}
