import * as v from "valibot";
import { NOTHING_TO_FOLD } from "./merge.ts";
import type { Method } from "./method.ts";
import { VISUAL_EMBEDDING } from "./plan.ts";

const BitFitConfig = v.strictObject({ name: v.literal("bitfit") });

/** BitFit (Ben Zaken et al. 2022): every bias, and the visual embedding. */
export const bitfit: Method<typeof BitFitConfig> = {
  config: BitFitConfig,
  plan: () => ({ hooks: {}, unfreeze: [{ role: "bias" }, VISUAL_EMBEDDING] }),
  merge: () => NOTHING_TO_FOLD,
};
