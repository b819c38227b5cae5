import * as v from "valibot";
import { NOTHING_TO_FOLD } from "./merge.ts";
import type { Method } from "./method.ts";

const FullConfig = v.strictObject({ name: v.literal("full") });

/** Full fine-tuning: everything is trained. */
export const full: Method<typeof FullConfig> = {
  config: FullConfig,
  plan: () => ({ hooks: {}, unfreeze: [{}] }),
  merge: () => NOTHING_TO_FOLD,
};
