import * as v from "valibot";
import { ZEROS, type SiteHook } from "../nn/index.ts";
import { add, mul } from "../ops/index.ts";
import { sameWidthBottleneck, type BottleneckOptions } from "./bottleneck.ts";
import { GRANULARITIES, type Granularity } from "./granularity.ts";
import type { Method } from "./method.ts";
import { hooksAt, joinedHooks, VISUAL_EMBEDDING } from "./plan.ts";

const rank = v.pipe(v.number(), v.integer(), v.minValue(1));
const granularities = Object.keys(GRANULARITIES) as Granularity[];

/** Settings of VL-PET; the defaults are those of the BART scripts. T5 uses rank 192, scale 0.3 and all zero starts. */
export const VlPetConfig = v.strictObject({
  name: v.literal("vl-pet"),
  /** How finely the gate differs; "none" leaves it out. */
  granularity: v.optional(v.picklist([...granularities, "none"]), "large"),
  /** r: rank of the encoder modification Δh. */
  rank: v.optional(rank, 96),
  /** r_g: rank of the large gate. */
  gateRank: v.optional(rank, 96),
  /** r_d: rank of the decoder's value module; null leaves it out. */
  decoderRank: v.optional(v.nullable(rank), 96),
  /** s: factor on the whole gated output. */
  scale: v.optional(v.number(), 1),
  /** Factor on the decoder's value module. */
  decoderScale: v.optional(v.number(), 1),
  /** How the gate meets the adapted output: h' = G ⊙ y, or the ablation h' = G + y. */
  gateMode: v.optional(v.picklist(["multiply", "add"]), "multiply"),
  /** Parts whose last layer starts at zero instead of the backbone's rule. */
  zeroInit: v.optional(v.array(v.picklist(["adapter", "gate", "decoder"])), []),
});
export type VlPetConfig = v.InferOutput<typeof VlPetConfig>;

type ZeroPart = VlPetConfig["zeroInit"][number];

function bottleneckOptions(config: VlPetConfig, size: number, part: ZeroPart): BottleneckOptions {
  return config.zeroInit.includes(part) ? { rank: size, upInit: ZEROS } : { rank: size };
}

/** h' = s · (G ⊙ (h + Δh)) at an encoder sublayer. */
function gatedModification(config: VlPetConfig): SiteHook {
  return (call) => {
    const { scope, y: h } = call;
    const delta = sameWidthBottleneck(
      scope.at("adapter"),
      h,
      bottleneckOptions(config, config.rank, "adapter"),
    );
    const y = add(h, delta);
    const gated = config.granularity === "none" ? y : combined(config, config.granularity, { ...call, y });
    return config.scale === 1 ? gated : mul(gated, config.scale);
  };
}

function combined(config: VlPetConfig, granularity: Granularity, call: Parameters<SiteHook>[0]) {
  const start = config.zeroInit.includes("gate") ? { init: ZEROS } : {};
  const gate = GRANULARITIES[granularity]({ ...call, rank: config.gateRank, ...start });
  return config.gateMode === "multiply" ? mul(call.y, gate) : add(call.y, gate);
}

/** value + s_d · A(encoder states) in the decoder's cross-attention. */
function parallelValue(config: VlPetConfig, size: number): SiteHook {
  return ({ scope, x, y }) => {
    const delta = sameWidthBottleneck(scope.at("adapter"), x, bottleneckOptions(config, size, "decoder"));
    return add(y, config.decoderScale === 1 ? delta : mul(delta, config.decoderScale));
  };
}

/** VL-PET (Hu et al., ICCV 2023): gated modifications in the encoder, one light module a decoder layer. */
export const vlPet: Method<typeof VlPetConfig> = {
  config: VlPetConfig,
  plan: (config) => ({
    hooks: joinedHooks(
      hooksAt(["encoder.self-attention", "encoder.ffn"], gatedModification(config)),
      config.decoderRank === null
        ? {}
        : hooksAt(["decoder.cross-attention.value"], parallelValue(config, config.decoderRank)),
    ),
    unfreeze: [VISUAL_EMBEDDING, { part: "encoder", of: "norm" }],
  }),
};
