import { sizeText, type Tensor } from "../graph/index.ts";
import { axisSize, gatherRows, layerNormalize, linearMap, rmsNormalize } from "../ops/index.ts";
import { VlPetError } from "../error.ts";
import { ONES, ZEROS, type Init, type Traits } from "./parameter.ts";
import type { Scope } from "./scope.ts";

/** The width of a tensor's last axis, which is always a plain number. */
export function widthOf(x: Tensor): number {
  const width = axisSize(x, -1);
  if (typeof width === "number") return width;
  throw new VlPetError("shape", "the last axis must have a fixed size", {
    where: x.name,
    received: sizeText(width),
  });
}

export interface LinearOptions {
  readonly bias?: boolean;
  /** Start of weight and bias instead of the backbone's rule. */
  readonly init?: Init | undefined;
  /** Start of the bias where it differs from `init`. */
  readonly biasInit?: Init;
  /** What the layer is, when it is not a plain linear map. */
  readonly traits?: Pick<Traits, "of"> & Pick<Partial<Traits>, "decays">;
}

/** x Wᵀ + b on rows [R, I] → [R, O], with `weight` [O, I] and `bias` [O] at the scope. */
export function linear(scope: Scope, x: Tensor, outputs: number, options: LinearOptions = {}): Tensor {
  const fanIn = widthOf(x);
  const traits = { ...(options.traits ?? { of: "linear" as const }), fanIn };
  const weight = scope.parameter("weight", [outputs, fanIn], { ...traits, role: "weight" }, options.init);
  const bias =
    options.bias === false
      ? null
      : scope.parameter("bias", [outputs], { ...traits, role: "bias" }, options.biasInit ?? options.init);
  return linearMap(x, weight, bias);
}

/** An embedding table [size, width] at the scope. */
export function embeddingTable(scope: Scope, size: number, width: number): Tensor {
  return scope.parameter("weight", [size, width], { of: "embedding", role: "weight" });
}

/** Rows of the scope's table: indices [R] → [R, width]. */
export function embedding(scope: Scope, indices: Tensor, size: number, width: number): Tensor {
  return gatherRows(embeddingTable(scope, size, width), indices);
}

/** Layer norm with `weight` and `bias`, or T5's RMS norm with `weight` alone. */
export type NormKind = { readonly kind: "layer" | "rms"; readonly epsilon: number };

export function norm(scope: Scope, x: Tensor, { kind, epsilon }: NormKind): Tensor {
  const width = [widthOf(x)];
  const traits = { of: "norm", norm: kind } as const;
  const gain = scope.parameter("weight", width, { ...traits, role: "gain" }, ONES);
  if (kind === "rms") return rmsNormalize(x, gain, epsilon);
  return layerNormalize(x, gain, scope.parameter("bias", width, { ...traits, role: "bias" }, ZEROS), epsilon);
}
