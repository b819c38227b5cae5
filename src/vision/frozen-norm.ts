import { VlPetError } from "../error.ts";
import { shapeText, type Tensor } from "../graph/index.ts";
import { ONES, ZEROS, type Scope } from "../nn/index.ts";
import { add, axisSize, conv2d, div, mul, reshape, sqrt, sub } from "../ops/index.ts";

/** A convolution and the batch norm behind it, by their names at the scope. */
export interface NormedConvolution {
  readonly convolution: string;
  readonly norm: string;
  /** O, channels out. */
  readonly outputs: number;
  /** Taps a side, an odd number; the edge is padded so that only the stride makes an image smaller. */
  readonly side: number;
  readonly stride?: number;
}

const EPSILON = 1e-5;

/** The channels of images [B, C, H, W]. */
export function channelsOf(x: Tensor): number {
  const channels = axisSize(x, 1);
  if (typeof channels === "number") return channels;
  throw new VlPetError("shape", "images need a fixed number of channels", {
    where: x.name,
    received: shapeText(x.shape),
  });
}

/** The weight [O, I, side, side] of a convolution at the scope. */
export function convolutionWeight(scope: Scope, x: Tensor, outputs: number, side: number): Tensor {
  const channels = channelsOf(x);
  const traits = { of: "linear", role: "weight", fanIn: channels * side * side } as const;
  return scope.parameter("weight", [outputs, channels, side, side], traits);
}

/** Scale and shift that a batch norm with fixed statistics comes down to, both [O]. */
function scaleAndShift(scope: Scope, width: number): { readonly scale: Tensor; readonly shift: Tensor } {
  const shape = [width];
  const gain = scope.parameter("weight", shape, { of: "norm", role: "gain" }, ONES);
  const bias = scope.parameter("bias", shape, { of: "norm", role: "bias" }, ZEROS);
  const mean = scope.parameter("running_mean", shape, { of: "norm", role: "buffer" }, ZEROS);
  const variance = scope.parameter("running_var", shape, { of: "norm", role: "buffer" }, ONES);
  const scale = div(gain, sqrt(add(variance, EPSILON)));
  return { scale, shift: sub(bias, mul(mean, scale)) };
}

/**
 * BN(W ⋆ x) with the checkpoint's statistics: (W ⋆ x − μ) ⊙ γ/√(σ² + ε) + β = (γ/√(σ² + ε) W) ⋆ x + (β − μγ/√(σ² + ε)).
 * The norm scales the weights, not the images: no second pass over the activations, and onnxruntime folds it away
 * altogether where the weights are frozen. x [B, I, H, W] → [B, O, H', W'].
 */
export function normedConvolution(scope: Scope, x: Tensor, layer: NormedConvolution): Tensor {
  const { outputs, side, stride = 1 } = layer;
  const weight = convolutionWeight(scope.at(layer.convolution), x, outputs, side);
  const { scale, shift } = scaleAndShift(scope.at(layer.norm), outputs);
  const scaled = mul(weight, reshape(scale, [outputs, 1, 1, 1]));
  const y = conv2d(x, scaled, { stride, padding: (side - 1) / 2 });
  return add(y, reshape(shift, [1, outputs, 1, 1]));
}
