import type { Op, Tensor } from "../graph/index.ts";
import { axisSize, requireFloat32, shapeError } from "./shape-rules.ts";

/** The k largest entries of the last axis, in falling order, and their indices. For decoding: it has no gradient. */
export const TOP_K: Op<readonly [Tensor], { readonly k: number }> = {
  name: "top-k",
  infer([x], { k }) {
    requireFloat32("top-k", x);
    const width = axisSize(x, -1);
    if (typeof width === "number" && width < k)
      throw shapeError("top-k", `at least ${k} entries in the last axis`, x);
    const shape = [...x.shape.slice(0, -1), k];
    return [
      { dtype: "float32", shape },
      { dtype: "int64", shape },
    ];
  },
  encode: (writer, { inputs: [x = ""], outputs, attributes: { k } }) =>
    void writer.emit("TopK", [x, writer.int64([k])], { outputs, attributes: { axis: -1 } }),
  gradient: () => [null],
};

/** values and indices, both […, k]. */
export function topK(x: Tensor, k: number): { readonly values: Tensor; readonly indices: Tensor } {
  const [values, indices] = x.graph.apply(TOP_K, [x], { k });
  if (values === undefined || indices === undefined) throw shapeError("top-k", "two outputs", x);
  return { values, indices };
}
