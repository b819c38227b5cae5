import * as v from "valibot";
import type { Tensor } from "../graph/index.ts";
import { linear, widthOf, ZEROS, type Ladder, type Scope } from "../nn/index.ts";
import { add, div, mul, sigmoid, sub } from "../ops/index.ts";
import { unmergeable } from "./merge.ts";
import type { Method } from "./method.ts";
import { VISUAL_EMBEDDING } from "./plan.ts";
import { positiveInteger } from "./positive-integer.ts";
import { prunedStart } from "./pruned-start.ts";

const layerNumber = v.pipe(v.number(), v.integer(), v.minValue(0));
const LayersSetting = v.optional(v.nullable(v.pipe(v.array(layerNumber), v.minLength(1))), null);

const LstConfig = v.strictObject({
  name: v.literal("lst"),
  /** r: the side network's widths are those of the backbone divided by it. */
  reduction: v.optional(positiveInteger, 4),
  /** Layers of the backbone, from 0, that have a side layer; null = all. */
  encoderLayers: LayersSetting,
  decoderLayers: LayersSetting,
  /** How the side layers start: drawn, or as the backbone's with all but the heaviest channels pruned away. */
  start: v.optional(v.picklist(["random", "pruned"]), "random"),
  /** T of the gates σ(μ/T). */
  temperature: v.optional(v.pipe(v.number(), v.gtValue(0)), 0.1),
});
type LstConfig = v.InferOutput<typeof LstConfig>;

/** An affine map, left out where nothing is reduced. */
function resized(scope: Scope, rows: Tensor, width: number): Tensor {
  return widthOf(rows) === width ? rows : linear(scope, rows, width);
}

/** g ⊙ s + (1 − g) ⊙ b with g = σ(μ/T), one μ for each layer. */
function gatedSum(scope: Scope, temperature: number, side: Tensor, tapped: Tensor): Tensor {
  const level = scope.parameter("gate", [1], { of: "vector", role: "weight" }, ZEROS);
  return add(tapped, mul(sub(side, tapped), sigmoid(div(level, temperature))));
}

function lstLadder({ reduction, encoderLayers, decoderLayers, temperature }: LstConfig): Ladder {
  return {
    reduction,
    layers: { encoder: encoderLayers, decoder: decoderLayers },
    tap: (scope, rows, width) => resized(scope.at("down"), rows, width),
    mix: (scope, side, tapped) => gatedSum(scope, temperature, side, tapped),
    end: (scope, rows, width) => resized(scope.at("up"), rows, width),
  };
}

/**
 * Ladder side-tuning (Sung et al. 2022): a narrow network along the backbone is trained instead of modules inside it, so
 * the backward pass never enters the backbone. The original has it on T5 only; here it works on either backbone.
 */
export const lst: Method<typeof LstConfig> = {
  config: LstConfig,
  plan: (config: LstConfig) => ({
    hooks: {},
    unfreeze: [VISUAL_EMBEDDING],
    ladder: lstLadder(config),
    ...(config.start === "pruned" ? { start: (backbone) => prunedStart(backbone, config.reduction) } : {}),
  }),
  merge: () => unmergeable("the side network", "it runs beside the backbone and takes the place of its end"),
};
