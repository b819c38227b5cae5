import { sameShape, type Op, type Tensor } from "../graph/index.ts";
import { requireFloat32, shapeError, single } from "./shape-rules.ts";

/**
 * x ⊙ mask · 1/(1 − p), with a uint8 mask that the runtime draws (1 = keep). Host-made masks cost a tenth of
 * onnxruntime's own generator and are the same on every provider. The gradient widens the mask again instead of
 * keeping the float copy alive from forward to backward.
 */
export const DROPOUT: Op<readonly [Tensor, Tensor], { readonly dropRate: number }> = {
  name: "dropout",
  infer([x, mask], { dropRate }) {
    requireFloat32("dropout", x);
    if (!(dropRate >= 0 && dropRate < 1)) {
      throw shapeError("dropout", `a rate in [0, 1), not ${dropRate}`, x, mask);
    }
    if (mask.dtype !== "uint8" || !sameShape(x.shape, mask.shape)) {
      throw shapeError("dropout", "a uint8 mask of x's shape", x, mask);
    }
    return [{ dtype: "float32", shape: x.shape }];
  },
  encode(writer, { inputs: [x = "", mask = ""], outputs, attributes: { dropRate } }) {
    const kept = writer.emit("DequantizeLinear", [mask, writer.float32(1 / (1 - dropRate))]);
    writer.emit("Mul", [x, kept], { outputs });
  },
  gradient: ({ inputs: [, mask], attributes: { dropRate }, dy }) => [dropout(dy, mask, dropRate), null],
};

export function dropout(x: Tensor, mask: Tensor, dropRate: number): Tensor {
  return single(x.graph.apply(DROPOUT, [x, mask], { dropRate }));
}
