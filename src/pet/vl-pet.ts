import { VlPetError } from "../error.ts";
import type { Tensor } from "../graph/index.ts";
import { ONES, ZEROS, type Init, type SiteCall, type SiteHook, type SiteHooks } from "../nn/index.ts";
import { add, mul } from "../ops/index.ts";
import { sameWidthBottleneck, type BottleneckOptions } from "./bottleneck.ts";
import { decoderModules, VALUE_RESIDUAL } from "./decoder-places.ts";
import { gated, shiftedGate, type Gating } from "./gating.ts";
import type { Method } from "./method.ts";
import { pairedBottleneck } from "./paired-bottleneck.ts";
import { hooksAt, joinedHooks, VISUAL_EMBEDDING } from "./plan.ts";
import { TRAINED_NORMS } from "./trained-norms.ts";
import { VlPetConfig } from "./vl-pet-config.ts";
import { vlPetMerge } from "./vl-pet-merge.ts";

function scaled(x: Tensor, factor: number): Tensor {
  return factor === 1 ? x : mul(x, factor);
}

function bottleneckOptions(
  { zeroInit }: VlPetConfig,
  rank: number,
  part: "adapter" | "decoder",
): BottleneckOptions {
  return zeroInit.includes(part) ? { rank, upInit: ZEROS } : { rank };
}

/** y = h + Δh */
function adapted(config: VlPetConfig, { scope, y: h }: SiteCall): Tensor {
  const kept = scaled(h, config.sublayerScale);
  if (config.rank === null) return kept;
  const options = bottleneckOptions(config, config.rank, "adapter");
  const at = scope.at("adapter");
  const delta =
    config.pairedHeads === 1
      ? sameWidthBottleneck(at, h, options)
      : pairedBottleneck(at, h, { ...options, heads: config.pairedHeads });
  return add(kept, scaled(delta, config.deltaScale));
}

function gateStart({ zeroInit, oneInit }: VlPetConfig): { readonly init?: Init } {
  const [zero, one] = [zeroInit.includes("gate"), oneInit.includes("gate")];
  if (zero && one) {
    throw new VlPetError("config", "a gate cannot start at zero and at one", {
      where: "pet.oneInit",
      fix: 'leave "gate" out of pet.zeroInit or of pet.oneInit',
    });
  }
  if (zero) return { init: ZEROS };
  return one ? { init: ONES } : {};
}

/** h' = s · (G ⊙ (h + Δh)) at an encoder sublayer. */
function gatedModification(config: VlPetConfig, gating: Gating): SiteHook {
  const start = gateStart(config);
  const { shiftedGateRank } = config;
  return (call) => {
    const gateCall = { ...call, y: adapted(config, call), rank: config.gateRank, ...start };
    const y = gated(gating, config.gateMode, gateCall);
    const shifted =
      shiftedGateRank === null ? y : shiftedGate(config.shiftedGate, shiftedGateRank, { ...call, y });
    return scaled(shifted, config.scale);
  };
}

function encoderHooks(config: VlPetConfig): SiteHooks {
  return joinedHooks(
    hooksAt(["encoder.self-attention"], gatedModification(config, config.granularity)),
    hooksAt(["encoder.ffn"], gatedModification(config, config.ffnGranularity ?? config.granularity)),
  );
}

function decoderHooks(config: VlPetConfig): SiteHooks {
  const { decoderRank, decoderPlaces, valueResidual } = config;
  const modules =
    decoderRank === null
      ? {}
      : decoderModules(decoderPlaces, {
          bottleneck: { ...bottleneckOptions(config, decoderRank, "decoder"), share: config.share },
          scale: config.decoderScale,
          gateRank: config.decoderGateRank,
        });
  return valueResidual ? joinedHooks(modules, VALUE_RESIDUAL) : modules;
}

/** VL-PET (Hu et al., ICCV 2023): gated modifications in the encoder, one light module a decoder layer. */
export const vlPet: Method<typeof VlPetConfig> = {
  config: VlPetConfig,
  plan: (config) => ({
    hooks: joinedHooks(encoderHooks(config), decoderHooks(config)),
    unfreeze: [VISUAL_EMBEDDING, ...TRAINED_NORMS[config.norms]],
    perTask: config.decoderRank !== null && config.share !== "tasks",
  }),
  merge: vlPetMerge,
};
