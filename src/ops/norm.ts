import { sameShape, type Op, type Tensor } from "../graph/index.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { matMul } from "./matrix.ts";
import { reshape } from "./layout.ts";
import { sqrt } from "./pointwise.ts";
import { reduceMean, sumTo } from "./reduce.ts";
import { axisSize, requireFloat32, shapeError, single } from "./shape-rules.ts";

export interface NormAttributes {
  readonly epsilon: number;
}

/** gain ⊙ (x − mean)/√(var + ε) + bias over the last axis, biased variance. Outputs: y, mean, 1/√(var + ε). */
export const LAYER_NORM: Op<readonly [Tensor, Tensor, Tensor], NormAttributes> = {
  name: "layer-norm",
  infer([x, gain, bias]) {
    requireFloat32("layer-norm", x, gain, bias);
    const width = [axisSize(x, -1)];
    // The gradient divides by the width and takes row means as matrix products.
    if (x.shape.length < 2 || typeof width[0] !== "number") {
      throw shapeError("layer-norm", "x […, D] with rows and a fixed width", x);
    }
    if (!sameShape(gain.shape, width) || !sameShape(bias.shape, width)) {
      throw shapeError("layer-norm", "gain and bias as wide as the last axis", x, gain, bias);
    }
    const statistics = { dtype: "float32", shape: [...x.shape.slice(0, -1), 1] } as const;
    return [{ dtype: "float32", shape: x.shape }, statistics, statistics];
  },
  encode: (writer, { inputs, outputs, attributes: { epsilon } }) =>
    void writer.emit("LayerNormalization", inputs, {
      outputs,
      attributes: { epsilon: { float: epsilon }, axis: -1 },
    }),
  gradient({ inputs: [x, gain], outputs: [, mean, inverse], dy }) {
    if (mean === undefined || inverse === undefined) throw shapeError("layer-norm", "its statistics");
    const normal = mul(sub(x, mean), inverse); // x̂
    const t = mul(dy, normal);
    const width = axisSize(x, -1);
    const column = div(reshape(gain, [width, 1]), Number(width)); // γ/D, so that row means are matrix products
    const m1 = matMul(dy, column); // mean(dy·γ)
    const m2 = matMul(t, column); // mean(dy·γ·x̂)
    const dx = mul(sub(sub(mul(dy, gain), m1), mul(normal, m2)), inverse);
    return [dx, sumTo(t, gain.shape), sumTo(dy, gain.shape)];
  },
};

/** Layer normalisation over the last axis (Ba et al. 2016): x […, D], gain and bias [D]. */
export function layerNormalize(x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): Tensor {
  return single(x.graph.apply(LAYER_NORM, [x, gain, bias], { epsilon }));
}

/** gain ⊙ x/√(mean(x²) + ε) over the last axis (T5's norm), from primitive ops so that every provider agrees. */
export function rmsNormalize(x: Tensor, gain: Tensor, epsilon: number): Tensor {
  const power = reduceMean(mul(x, x), [x.shape.length - 1], { keep: true });
  return mul(div(x, sqrt(add(power, epsilon))), gain);
}
