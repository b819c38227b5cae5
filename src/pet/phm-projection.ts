import * as v from "valibot";
import { VlPetError } from "../error.ts";
import type { Tensor } from "../graph/index.ts";
import { widthOf, ZEROS, type Init, type Scope } from "../nn/index.ts";
import { gemm, matMul, reshape, transpose } from "../ops/index.ts";
import { positiveInteger } from "./positive-integer.ts";
import { composedMap, glorot, type Projection } from "./projection.ts";
import type { MapPlace } from "./share.ts";

/** Where the rule A of a map lies. */
const RULES = {
  /** With the map's other weights. */
  own: ({ own }) => own,
  /** One for each map of the model, whatever the task. */
  tasks: ({ common }) => common,
  /** One for the whole model. */
  model: ({ common }) => common.shared("phm"),
} as const satisfies Readonly<Record<string, (place: MapPlace) => Scope>>;

/** Settings of parameterised hypercomplex multiplication; the defaults are those of the scripts. */
export const PHM_SETTINGS = {
  /** n: how many Kronecker products are summed; it divides rank and width. */
  division: v.optional(positiveInteger, 2),
  /** Whose the n×n×n rule A is: each map's own, shared by tasks, or one for the whole model. */
  rule: v.optional(v.picklist(Object.keys(RULES) as (keyof typeof RULES)[]), "own"),
  /** Rank of the factors of W; null = W is not factorised. */
  factorRank: v.optional(v.nullable(positiveInteger), null),
} as const;

export interface PhmSettings {
  readonly division: number;
  readonly rule: keyof typeof RULES;
  readonly factorRank: number | null;
}

const RULE_START: Init = { kind: "normal", deviation: 0.01 };

/** The n matrices W [n, I/n, O/n], or their factors' products. */
function slices(scope: Scope, inputs: number, outputs: number, settings: PhmSettings, start?: Init): Tensor {
  const { division: n, factorRank: k } = settings;
  const traits = { of: "linear", role: "weight" } as const;
  const [rows, columns] = [inputs / n, outputs / n];
  if (k === null) {
    return scope.parameter("W", [n, rows, columns], traits, start ?? glorot(rows, columns));
  }
  const left = scope.parameter("W_left", [n, rows, k], traits, glorot(rows, k));
  const right = scope.parameter("W_right", [n, k, columns], traits, start ?? glorot(k, columns));
  return matMul(left, right);
}

/** Σᵢ Aᵢ ⊗ Wᵢ of a rule [n, n, n] and matrices [n, I/n, O/n] → [I, O]. */
function kroneckerSum(rule: Tensor, matrices: Tensor, [n, rows, columns]: readonly [number, number, number]) {
  const flatRule = reshape(transpose(rule, [1, 2, 0]), [n * n, n]);
  const flat = gemm(flatRule, reshape(matrices, [n, rows * columns]), {
    transposeA: false,
    transposeB: false,
  });
  const blocks = transpose(reshape(flat, [n, n, rows, columns]), [0, 2, 1, 3]); // [n, I/n, n, O/n]
  return reshape(blocks, [n * rows, n * columns]);
}

/**
 * x (Σᵢ Aᵢ ⊗ Wᵢ) + b: the layer of Compacter (Karimi Mahabadi et al. 2021; original: hypercomplex/layers.py). Throws
 * kind "config" when n does not divide a side.
 */
export function phmProjection(settings: PhmSettings): Projection {
  const { division: n, rule } = settings;
  return (place, x, outputs, { init }) => {
    const inputs = widthOf(x);
    if (inputs % n !== 0 || outputs % n !== 0) {
      throw new VlPetError("config", "the division must divide both sides of the map", {
        where: `${place.own.path}: pet.division`,
        received: `division ${n} of a map from ${inputs} to ${outputs}`,
      });
    }
    const traits = { of: "linear", role: "weight" } as const;
    const a = RULES[rule](place).parameter("phm_rule", [n, n, n], traits, RULE_START);
    const w = slices(place.own, inputs, outputs, settings, init);
    const matrix = kroneckerSum(a, w, [n, inputs / n, outputs / n]);
    return composedMap(place.own, x, matrix, init ?? ZEROS);
  };
}
