import type { SiteName } from "../nn/index.ts";

/** A linear map of a backbone as numbers: x Wᵀ + b. */
export interface LinearValues {
  /** [O, I] */
  readonly weight: Float32Array;
  /** [O]; null = none. */
  readonly bias: Float32Array | null;
}

/** A method's own weights at one place, by their path below it, e.g. `lora.down.weight`. */
export type OwnValues = (name: string) => Float32Array;

/** How what a method does at a site becomes part of a linear map of the backbone. */
export interface Fold {
  readonly site: SiteName;
  /** Which map: the one whose output passes the site, or the one that reads what passed it. */
  readonly into: "producer" | "reader";
  folded(map: LinearValues, own: OwnValues): LinearValues;
}

/** A part of a method that no weight of the backbone can stand for. */
export interface Obstacle {
  readonly part: string;
  readonly why: string;
}

/**
 * What of a method can be folded into the backbone after training, and what cannot. Parameters of the backbone itself
 * that a method trains (biases, norms, the visual embedding) need no entry: their values replace the old ones.
 */
export interface Merge {
  readonly folds: readonly Fold[];
  /** Merging is possible when there is none. */
  readonly obstacles: readonly Obstacle[];
}

/** The method trains nothing but parameters of the backbone. */
export const NOTHING_TO_FOLD: Merge = { folds: [], obstacles: [] };

/** A method with a part that cannot be merged. */
export function unmergeable(part: string, why: string): Merge {
  return { folds: [], obstacles: [{ part, why }] };
}

/** Why a bottleneck stays: the reason that most methods give. */
export const BOTTLENECK_STAYS =
  "a nonlinearity stands between its two maps, so no linear map of the backbone can do the same";

function inputsOf({ weight }: LinearValues, outputs: number): number {
  return weight.length / outputs;
}

/** The map whose output is scaled by channel: rows of W, and b. `outputs`: O. */
export function scaledOutputs(
  map: LinearValues,
  outputs: number,
  factor: (output: number) => number,
): LinearValues {
  const inputs = inputsOf(map, outputs);
  return {
    weight: map.weight.map((value, i) => value * factor(Math.floor(i / inputs))),
    bias: map.bias?.map((value, output) => value * factor(output)) ?? null,
  };
}

/** The map whose input is scaled by channel: columns of W. `inputs`: I. */
export function scaledInputs(
  map: LinearValues,
  inputs: number,
  factor: (input: number) => number,
): LinearValues {
  return { weight: map.weight.map((value, i) => value * factor(i % inputs)), bias: map.bias };
}

/** W + factor · B A with A [R, I] and B [O, R], summed in double precision. */
export function withLowRank(
  map: LinearValues,
  { down, up, rank, factor }: { down: Float32Array; up: Float32Array; rank: number; factor: number },
): LinearValues {
  const [inputs, outputs] = [down.length / rank, up.length / rank];
  const weight = new Float32Array(map.weight.length);
  const row = new Float64Array(inputs);
  for (let output = 0; output < outputs; output++) {
    row.fill(0);
    for (let r = 0; r < rank; r++) {
      const share = factor * (up[output * rank + r] ?? 0);
      for (let input = 0; input < inputs; input++) {
        row[input] = (row[input] ?? 0) + share * (down[r * inputs + input] ?? 0);
      }
    }
    const start = output * inputs;
    for (let input = 0; input < inputs; input++) {
      weight[start + input] = (map.weight[start + input] ?? 0) + (row[input] ?? 0);
    }
  }
  return { weight, bias: map.bias };
}

/** W + I: the map's output with its input added. `width`: of both. */
export function withIdentity(map: LinearValues, width: number): LinearValues {
  const isDiagonal = (i: number): boolean => Math.floor(i / width) === i % width;
  return { weight: map.weight.map((value, i) => (isDiagonal(i) ? value + 1 : value)), bias: map.bias };
}
