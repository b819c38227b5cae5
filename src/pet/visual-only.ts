import * as v from "valibot";
import { NOTHING_TO_FOLD } from "./merge.ts";
import type { Method } from "./method.ts";
import { VISUAL_EMBEDDING } from "./plan.ts";

const VisualOnlyConfig = v.strictObject({ name: v.literal("visual-only") });

/** The lower baseline: only the visual embedding is trained, the language model sees it as it is. */
export const visualOnly: Method<typeof VisualOnlyConfig> = {
  config: VisualOnlyConfig,
  plan: () => ({ hooks: {}, unfreeze: [VISUAL_EMBEDDING] }),
  merge: () => NOTHING_TO_FOLD,
};
