import * as v from "valibot";
import { widthOf, ZEROS } from "../nn/index.ts";
import { add } from "../ops/index.ts";
import { NOTHING_TO_FOLD } from "./merge.ts";
import type { Method } from "./method.ts";
import { hooksAt, VISUAL_EMBEDDING } from "./plan.ts";

const ShiftConfig = v.strictObject({ name: v.literal("shift") });

/** An example: one learned vector added to what every FFN of encoder and decoder produces. */
export const shift: Method<typeof ShiftConfig> = {
  config: ShiftConfig,
  plan: () => ({
    hooks: hooksAt(["encoder.ffn", "decoder.ffn"], ({ scope, y }) =>
      add(y, scope.parameter("shift", [widthOf(y)], { of: "vector", role: "weight" }, ZEROS)),
    ),
    unfreeze: [VISUAL_EMBEDDING],
  }),
  merge: () => NOTHING_TO_FOLD,
};
