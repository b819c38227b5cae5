import * as v from "valibot";
import { ADAPTER_SETTINGS, adapterPlan } from "./adapter-plan.ts";
import { BOTTLENECK_STAYS, unmergeable } from "./merge.ts";
import type { Method } from "./method.ts";
import { PHM_SETTINGS, phmProjection } from "./phm-projection.ts";

const CompacterConfig = v.strictObject({
  name: v.literal("compacter"),
  ...ADAPTER_SETTINGS,
  ...PHM_SETTINGS,
});

/** Compacter (Karimi Mahabadi et al. 2021): adapters whose maps are sums of Kronecker products. */
export const compacter: Method<typeof CompacterConfig> = {
  config: CompacterConfig,
  plan: (config) => adapterPlan(config, phmProjection(config)),
  merge: () => unmergeable("the adapter behind each sublayer", BOTTLENECK_STAYS),
};
