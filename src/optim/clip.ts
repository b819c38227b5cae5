import type { Tensor } from "../graph/index.ts";
import { add, div, mul, reduceSum, relu, sqrt, sub } from "../ops/index.ts";

/** The joint L2 norm of some gradients, a scalar. */
export function jointNorm(gradients: readonly Tensor[]): Tensor | null {
  const squares = gradients.map((gradient) => {
    const axes = gradient.shape.map((_, axis) => axis);
    return reduceSum(mul(gradient, gradient), axes, { keep: false });
  });
  return squares.length === 0 ? null : sqrt(squares.reduce(add));
}

/** The factor that brings a joint norm down to `limit`: min(1, limit/(norm + 1e-6)), a scalar. */
export function clipFactor(norm: Tensor, limit: number): Tensor {
  const factor = div(norm.graph.scalar(limit), add(norm, 1e-6));
  return sub(factor, relu(sub(factor, 1))); // min(1, factor)
}
