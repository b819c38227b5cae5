import { VlPetError } from "../../error.ts";
import type { Ladder, PromptLengths } from "../../nn/index.ts";
import { gelu, reshape } from "../../ops/index.ts";
import type { Backbone } from "../backbone.ts";
import { encoderDecoder } from "../encoder-decoder.ts";
import type { Family } from "../family.ts";
import { BART_LAYERS, BART_NORM, BART_TOKENS, bartAttention, bartInit, type BartConfig } from "./config.ts";
import { learnedPositions } from "./learned-positions.ts";

export { BartConfig } from "./config.ts";

function checked(config: BartConfig): BartConfig {
  if (config.width % config.heads !== 0) {
    throw new VlPetError("config", "the width is not a multiple of the heads", {
      where: "backbone.heads",
      received: `width ${config.width}, heads ${config.heads}`,
    });
  }
  return config;
}

/** VL-BART (Lewis et al. 2020 with the visual embedding of VL-T5, Cho et al. 2021). */
export function bart(settings: BartConfig, prompts: PromptLengths, ladder: Ladder | null = null): Backbone {
  const config = checked(settings);
  const attention = bartAttention(config);
  const family: Family = {
    name: "bart",
    sizes: { ...config, headWidth: attention.headWidth },
    visual: { ...config, norm: BART_NORM, hiddenLayers: 0 },
    tokens: BART_TOKENS,
    search: { noRepeatNgram: 3, earlyStopping: true, forceEnd: true },
    initRule: bartInit,
    attention,
    norm: BART_NORM,
    normPlace: "after",
    activation: gelu,
    ffnBias: true,
    ffnStarts: {},
    dropRate: config.dropRate,
    layers: "layers",
    layerNames: BART_LAYERS,
    embeddingNorm: "layernorm_embedding",
    finalNorm: null,
    positions: learnedPositions(config),
    headScale: 1,
    headBias(scope) {
      const traits = { of: "vector", role: "buffer" } as const;
      return reshape(scope.parameter("final_logits_bias", [1, config.vocabulary], traits), [
        config.vocabulary,
      ]);
    },
  };
  return encoderDecoder(family, prompts, ladder);
}
