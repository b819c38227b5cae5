import * as v from "valibot";
import { ADAPTER_SETTINGS, adapterPlan } from "./adapter-plan.ts";
import { BOTTLENECK_STAYS, unmergeable } from "./merge.ts";
import type { Method } from "./method.ts";
import { positiveInteger } from "./positive-integer.ts";
import { lowRankProjection } from "./projection.ts";

const LowRankAdapterConfig = v.strictObject({
  name: v.literal("low-rank-adapter"),
  ...ADAPTER_SETTINGS,
  /** k: rank of the factors of each of an adapter's two maps. */
  factorRank: v.optional(positiveInteger, 1),
});

/** Adapters whose two maps are products of thin matrices (original: low_rank_layer.py). */
export const lowRankAdapter: Method<typeof LowRankAdapterConfig> = {
  config: LowRankAdapterConfig,
  plan: (config) => adapterPlan(config, lowRankProjection(config.factorRank)),
  merge: () => unmergeable("the adapter behind each sublayer", BOTTLENECK_STAYS),
};
