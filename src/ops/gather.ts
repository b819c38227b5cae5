import { sameSize, type Op, type Size, type Tensor } from "../graph/index.ts";
import { axisIndex, axisSize, requireFloat32, shapeError, single } from "./shape-rules.ts";

type Indexed = readonly [Tensor, Tensor];

/** Entries of one axis by index: x […, V, …], indices [R] int64 → […, R, …]. */
export const GATHER: Op<Indexed, { readonly axis: number }> = {
  name: "gather",
  infer([x, indices], { axis }) {
    if (indices.dtype !== "int64" || indices.shape.length !== 1 || axis < 0 || x.shape.length <= axis) {
      throw shapeError("gather", `a tensor with axis ${axis} and int64 indices [R]`, x, indices);
    }
    return [{ dtype: x.dtype, shape: x.shape.with(axis, axisSize(indices, 0)) }];
  },
  encode: (writer, { inputs, outputs, attributes: { axis } }) =>
    void writer.emit("Gather", inputs, { outputs, attributes: { axis } }),
  gradient: ({ inputs: [x, indices], attributes: { axis }, dy }) => [
    scatter(dy, indices, { axis, size: axisSize(x, axis) }),
    null,
  ],
};

export function gather(x: Tensor, indices: Tensor, axis: number): Tensor {
  return single(x.graph.apply(GATHER, [x, indices], { axis: axisIndex(x, axis) }));
}

/** Rows of a table by index: table [V, …], indices [R] int64 → [R, …]. */
export function gatherRows(table: Tensor, indices: Tensor): Tensor {
  return gather(table, indices, 0);
}

export interface ScatterAttributes {
  readonly axis: number;
  readonly size: Size;
}

/** Entries added up at their indices, zeros elsewhere: the adjoint of `gather`. x […, R, …], indices [R] → […, size, …]. */
export const SCATTER: Op<Indexed, ScatterAttributes & { readonly [key: string]: Size }> = {
  name: "scatter",
  infer([x, indices], { axis, size }) {
    requireFloat32("scatter", x);
    const fits = indices.shape.length === 1 && sameSize(axisSize(indices, 0), axisSize(x, axis));
    if (indices.dtype !== "int64" || axis < 0 || !fits) {
      throw shapeError("scatter", "entries […, R, …] and int64 indices [R]", x, indices);
    }
    return [{ dtype: x.dtype, shape: x.shape.with(axis, size) }];
  },
  encode(writer, { inputs: [x = "", indices = ""], outputs, attributes: { axis, size }, tensors: [tensor] }) {
    // ScatterND would be the natural op, but onnxruntime's CPU kernel adds duplicates from several threads without a
    // lock and loses some; ScatterElements is serial and exact.
    const zeros = writer.emit("ConstantOfShape", [writer.shape(tensor.shape.with(axis, size))]);
    const others = tensor.shape.flatMap((_, other) => (other === axis ? [] : [other]));
    const aligned = others.length === 0 ? indices : writer.emit("Unsqueeze", [indices, writer.int64(others)]);
    const index = writer.emit("Expand", [aligned, writer.shape(tensor.shape)]);
    writer.emit("ScatterElements", [zeros, index, x], { outputs, attributes: { axis, reduction: "add" } });
  },
  gradient: ({ inputs: [, indices], attributes: { axis }, dy }) => [gather(dy, indices, axis), null],
};

export function scatter(x: Tensor, indices: Tensor, { axis, size }: ScatterAttributes): Tensor {
  return single(x.graph.apply(SCATTER, [x, indices], { axis, size }));
}
