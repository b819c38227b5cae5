import * as v from "valibot";
import { linear, widthOf, ZEROS, type SiteHook, type SiteName } from "../nn/index.ts";
import { add, mul } from "../ops/index.ts";
import { withLowRank, type Fold } from "./merge.ts";
import type { Method } from "./method.ts";
import { hooksAt, VISUAL_EMBEDDING } from "./plan.ts";
import { positiveInteger } from "./positive-integer.ts";
import { mapPlace, ShareSetting } from "./share.ts";

const LORA_SITES = [
  "encoder.self-attention.query",
  "encoder.self-attention.value",
  "decoder.self-attention.query",
  "decoder.self-attention.value",
  "decoder.cross-attention.query",
  "decoder.cross-attention.value",
] as const satisfies readonly SiteName[];

const LoraConfig = v.strictObject({
  name: v.literal("lora"),
  rank: v.optional(positiveInteger, 128),
  /** α: the branch is scaled by α/rank. */
  alpha: v.optional(v.number(), 32),
  share: ShareSetting,
  /** Dropout of what the branch reads. */
  dropRate: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0.1),
});
type LoraConfig = v.InferOutput<typeof LoraConfig>;

/** y + (α/r) · dropout(x) Aᵀ Bᵀ with A [r, I] and B [O, r] */
function lowRankBranch({ rank, alpha, share, dropRate }: LoraConfig): SiteHook {
  return ({ scope, x, y }) => {
    const at = scope.at("lora");
    const start = { kind: "uniform", bound: widthOf(x) ** -0.5 } as const;
    const read = at.dropout(x, dropRate, "input");
    const inner = linear(mapPlace(at, "down", share).own, read, rank, { bias: false, init: start }); // [R, r]
    const up = mapPlace(at, "up", share).own;
    return add(y, mul(linear(up, inner, widthOf(y), { bias: false, init: ZEROS }), alpha / rank));
  };
}

/** W + (α/r) B A */
function lowRankFold(site: SiteName, { rank, alpha }: LoraConfig): Fold {
  return {
    site,
    into: "producer",
    folded(map, own) {
      const [down, up] = [own("lora.down.weight"), own("lora.up.weight")];
      return withLowRank(map, { down, up, rank, factor: alpha / rank });
    },
  };
}

/**
 * LoRA (Hu et al. 2022) on query and value of every attention. Quirk: all biases are trained too. The original builds
 * nothing on T5; here it works on either backbone.
 */
export const lora: Method<typeof LoraConfig> = {
  config: LoraConfig,
  plan: (config: LoraConfig) => ({
    hooks: hooksAt(LORA_SITES, lowRankBranch(config)),
    unfreeze: [{ role: "bias" }, VISUAL_EMBEDDING],
    perTask: config.share !== "tasks",
  }),
  merge: (config: LoraConfig) => ({
    folds: LORA_SITES.map((site) => lowRankFold(site, config)),
    obstacles: [],
  }),
};
