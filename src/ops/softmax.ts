import type { Op, Tensor } from "../graph/index.ts";
import { mul, sub } from "./arithmetic.ts";
import { reduceSum } from "./reduce.ts";
import { requireFloat32, shapeError, single } from "./shape-rules.ts";

/** Softmax over the last axis. */
export const SOFTMAX: Op<readonly [Tensor], object> = {
  name: "softmax",
  infer([x]) {
    requireFloat32("softmax", x);
    if (x.shape.length === 0) throw shapeError("softmax", "at least one axis", x);
    return [{ dtype: "float32", shape: x.shape }];
  },
  encode: (writer, { inputs, outputs }) =>
    void writer.emit("Softmax", inputs, { outputs, attributes: { axis: -1 } }),
  gradient({ inputs: [x], outputs, dy }) {
    const p = single(outputs); // dx = p ⊙ (dy - Σ dy·p)
    const t = mul(dy, p);
    return [sub(t, mul(p, reduceSum(t, [x.shape.length - 1], { keep: true })))];
  },
};

export function softmax(x: Tensor): Tensor {
  return single(x.graph.apply(SOFTMAX, [x], {}));
}
