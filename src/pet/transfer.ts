import * as v from "valibot";
import { add, mul } from "../ops/index.ts";
import { adapterHook } from "./adapter-plan.ts";
import { sameWidthBottleneck } from "./bottleneck.ts";
import { GRANULARITIES, type Granularity } from "./granularity.ts";
import { BOTTLENECK_STAYS, unmergeable } from "./merge.ts";
import type { Method } from "./method.ts";
import { PHM_SETTINGS, phmProjection, type PhmSettings } from "./phm-projection.ts";
import { hooksAt, joinedHooks, VISUAL_EMBEDDING } from "./plan.ts";
import { positiveInteger } from "./positive-integer.ts";
import { linearProjection, type Projection } from "./projection.ts";
import { TRAINED_NORMS } from "./trained-norms.ts";

/** The methods that VL-PET's designs are transferred to. */
const FORMS = {
  adapter: () => linearProjection,
  compacter: phmProjection,
} as const satisfies Readonly<Record<string, (settings: PhmSettings) => Projection>>;

const TransferConfig = v.strictObject({
  name: v.literal("transfer"),
  /** What the modules are made of. */
  form: v.optional(v.picklist(Object.keys(FORMS) as (keyof typeof FORMS)[]), "compacter"),
  granularity: v.optional(v.picklist(Object.keys(GRANULARITIES) as Granularity[]), "large"),
  rank: v.optional(positiveInteger, 96),
  /** Rank of the large gate. */
  gateRank: v.optional(positiveInteger, 96),
  /** Rank of the decoder's value modules. */
  decoderRank: v.optional(positiveInteger, 96),
  ...PHM_SETTINGS,
});

/**
 * VL-PET's designs on another method (paper, Table 9): its modules on the encoder's sublayers behind a gate, one module
 * on the value of each decoder layer, and the encoder's norms.
 */
export const transfer: Method<typeof TransferConfig> = {
  config: TransferConfig,
  plan(config) {
    const projection = FORMS[config.form](config);
    const { rank, gateRank, granularity } = config;
    const form = { rank, share: "tasks", scale: 1, preNorm: false, postNorm: false } as const;
    const encoder = ["encoder.self-attention", "encoder.ffn"] as const;
    return {
      hooks: joinedHooks(
        hooksAt(encoder, adapterHook(form, projection)),
        hooksAt(encoder, (call) => mul(call.y, GRANULARITIES[granularity]({ ...call, rank: gateRank }))),
        hooksAt(["decoder.cross-attention.value"], ({ scope, x, y }) =>
          add(y, sameWidthBottleneck(scope.at("adapter"), x, { rank: config.decoderRank, projection })),
        ),
      ),
      unfreeze: [VISUAL_EMBEDDING, ...TRAINED_NORMS.encoder],
    };
  },
  merge: () => unmergeable("its modules in both stacks", BOTTLENECK_STAYS),
};
