import * as v from "valibot";
import type { Method } from "./method.ts";
import {
  PARALLEL_ADAPTER_SETTINGS,
  PARALLEL_ADAPTER_STAYS,
  parallelAdapterHooks,
} from "./parallel-adapter.ts";
import { joinedHooks, VISUAL_EMBEDDING } from "./plan.ts";
import { PREFIX_SETTINGS, PREFIX_STAYS, prefixHooks } from "./prefix.ts";

const MamConfig = v.strictObject({
  name: v.literal("mam"),
  ...PREFIX_SETTINGS,
  ...PARALLEL_ADAPTER_SETTINGS,
});

/** Mix-and-match adapter (He et al. 2022): prefixes on every attention, a scaled parallel adapter beside every FFN. */
export const mam: Method<typeof MamConfig> = {
  config: MamConfig,
  plan: (config) => ({
    hooks: joinedHooks(prefixHooks(config), parallelAdapterHooks(config)),
    unfreeze: [VISUAL_EMBEDDING],
  }),
  merge: () => ({ folds: [], obstacles: [...PREFIX_STAYS.obstacles, ...PARALLEL_ADAPTER_STAYS.obstacles] }),
};
