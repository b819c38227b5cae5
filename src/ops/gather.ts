import { type Op, type Size, type Tensor } from "../graph/index.ts";
import { axisSize, shapeError, single } from "./shape-rules.ts";

/** Rows of a table by index: table [V, …], indices [R] int64 → [R, …]. */
export const GATHER_ROWS: Op<readonly [Tensor, Tensor], object> = {
  name: "gather-rows",
  infer([table, indices]) {
    if (indices.dtype !== "int64" || indices.shape.length !== 1 || table.shape.length < 1) {
      throw shapeError("gather-rows", "table [V, …] and int64 indices [R]", table, indices);
    }
    return [{ dtype: table.dtype, shape: [axisSize(indices, 0), ...table.shape.slice(1)] }];
  },
  encode: (writer, { inputs, outputs }) =>
    void writer.emit("Gather", inputs, { outputs, attributes: { axis: 0 } }),
  gradient: ({ inputs: [table, indices], dy }) => [scatterRows(dy, indices, axisSize(table, 0)), null],
};

export function gatherRows(table: Tensor, indices: Tensor): Tensor {
  return single(table.graph.apply(GATHER_ROWS, [table, indices], {}));
}

/** Rows added up at their indices, zeros elsewhere: the adjoint of `gather-rows`. rows [R, …], indices [R] → [V, …]. */
export const SCATTER_ROWS: Op<readonly [Tensor, Tensor], { readonly size: Size }> = {
  name: "scatter-rows",
  infer([rows, indices], { size }) {
    if (indices.dtype !== "int64" || indices.shape.length !== 1) {
      throw shapeError("scatter-rows", "rows [R, …] and int64 indices [R]", rows, indices);
    }
    return [{ dtype: rows.dtype, shape: [size, ...rows.shape.slice(1)] }];
  },
  encode(writer, { inputs: [rows = "", indices = ""], outputs, attributes: { size }, tensors: [tensor] }) {
    // ScatterND would be the natural op, but onnxruntime's CPU kernel adds duplicates from several threads without a
    // lock and loses some; ScatterElements is serial and exact.
    const zeros = writer.emit("ConstantOfShape", [writer.shape([size, ...tensor.shape.slice(1)])]);
    const trailing = tensor.shape.slice(1).map((_, axis) => axis + 1);
    const column =
      trailing.length === 0 ? indices : writer.emit("Unsqueeze", [indices, writer.int64(trailing)]);
    const index = writer.emit("Expand", [column, writer.shape(tensor.shape)]);
    writer.emit("ScatterElements", [zeros, index, rows], {
      outputs,
      attributes: { axis: 0, reduction: "add" },
    });
  },
  gradient: ({ inputs: [, indices], dy }) => [gatherRows(dy, indices), null],
};

export function scatterRows(rows: Tensor, indices: Tensor, size: Size): Tensor {
  return single(rows.graph.apply(SCATTER_ROWS, [rows, indices], { size }));
}
