import * as v from "valibot";
import { adapter } from "./adapter.ts";
import { bitfit } from "./bitfit.ts";
import { compacter } from "./compacter.ts";
import { full } from "./full.ts";
import { hyperformer } from "./hyperformer.ts";
import { ia3 } from "./ia3.ts";
import { lora } from "./lora.ts";
import { lst } from "./lst.ts";
import { lowRankAdapter } from "./low-rank-adapter.ts";
import { mam } from "./mam.ts";
import type { Merge } from "./merge.ts";
import type { Method } from "./method.ts";
import { parallelAdapter } from "./parallel-adapter.ts";
import type { Plan } from "./plan.ts";
import { prompt } from "./prompt.ts";
import { transfer } from "./transfer.ts";
import { prefix } from "./prefix.ts";
import { visualOnly } from "./visual-only.ts";
import { vlPet } from "./vl-pet.ts";

export { GRANULARITIES, type Granularity } from "./granularity.ts";
export type { Fold, LinearValues, Merge, OwnValues } from "./merge.ts";
export type { Method } from "./method.ts";
export { trains, type Plan } from "./plan.ts";

/** Every tuning method. A new one is one file and one line here: command line, tables and contract tests follow. */
export const METHODS = {
  "vl-pet": vlPet,
  full,
  bitfit,
  ia3,
  prefix,
  "parallel-adapter": parallelAdapter,
  mam,
  adapter,
  compacter,
  "low-rank-adapter": lowRankAdapter,
  hyperformer,
  lora,
  lst,
  prompt,
  transfer,
  "visual-only": visualOnly,
} as const;

type MethodConfigs = (typeof METHODS)[keyof typeof METHODS]["config"];
export type PetConfig = v.InferOutput<MethodConfigs>;

/** Settings of any method, told apart by `name`. */
export const PetConfig: v.GenericSchema<v.InferInput<MethodConfigs>, PetConfig> = v.variant(
  "name",
  Object.values(METHODS).map((method) => method.config) as [MethodConfigs, ...MethodConfigs[]],
);

/** The plan that some settings describe. */
export function petPlan(config: PetConfig): Plan {
  const method: Method = METHODS[config.name];
  return method.plan(config);
}

/** What of the method that some settings describe can become part of the backbone's weights. */
export function petMerge(config: PetConfig): Merge {
  const method: Method = METHODS[config.name];
  return method.merge(config);
}
