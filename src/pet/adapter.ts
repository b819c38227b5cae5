import * as v from "valibot";
import { ADAPTER_SETTINGS, adapterPlan } from "./adapter-plan.ts";
import { BOTTLENECK_STAYS, unmergeable } from "./merge.ts";
import type { Method } from "./method.ts";
import { linearProjection } from "./projection.ts";

const AdapterConfig = v.strictObject({ name: v.literal("adapter"), ...ADAPTER_SETTINGS });

/** Adapters (Houlsby et al. 2019, as in VL-Adapter, Sung et al. 2022): z + up(φ(down(z))) on every sublayer's output. */
export const adapter: Method<typeof AdapterConfig> = {
  config: AdapterConfig,
  plan: (config) => adapterPlan(config, linearProjection),
  merge: () => unmergeable("the adapter behind each sublayer", BOTTLENECK_STAYS),
};
