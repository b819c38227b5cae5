import type { Tensor } from "../graph/index.ts";
import { linear, widthOf, type Init, type Scope } from "../nn/index.ts";
import { add, gemm } from "../ops/index.ts";
import type { MapPlace } from "./share.ts";

/** A map of rows [R, I] → [R, outputs], by default an affine one; `init` is its start instead of its own rule. */
export type Projection = (
  place: MapPlace,
  x: Tensor,
  outputs: number,
  start: { readonly init?: Init },
) => Tensor;

export const linearProjection: Projection = ({ own }, x, outputs, start) => linear(own, x, outputs, start);

/** x H + b with H [I, outputs] made of other weights. Quirk: unlike other biases, this `b` decays. */
export function composedMap(
  scope: Scope,
  x: Tensor,
  matrix: Tensor,
  init: Init = { kind: "constant", value: 0 },
): Tensor {
  const bias = scope.parameter("b", [widthOf(matrix)], { of: "linear", role: "bias", decays: true }, init);
  return add(gemm(x, matrix, { transposeA: false, transposeB: false }), bias);
}

/** Glorot's uniform start with the gain √2, of a matrix with these sides. */
export function glorot(inputs: number, outputs: number): Init {
  return { kind: "uniform", bound: Math.sqrt(2) * Math.sqrt(6 / (inputs + outputs)) };
}

/** x (L R) + b with L [I, k] and R [k, outputs]. (Original: low_rank_layer.py.) */
export function lowRankProjection(factorRank: number): Projection {
  return ({ own }, x, outputs, { init }) => {
    const inputs = widthOf(x);
    const traits = { of: "linear", role: "weight" } as const;
    const left = own.parameter("W_left", [inputs, factorRank], traits, glorot(inputs, factorRank));
    const right = own.parameter(
      "W_right",
      [factorRank, outputs],
      traits,
      init ?? glorot(factorRank, outputs),
    );
    return composedMap(own, x, gemm(left, right, { transposeA: false, transposeB: false }), init);
  };
}
