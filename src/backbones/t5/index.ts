import type { Ladder, PromptLengths } from "../../nn/index.ts";
import { relu } from "../../ops/index.ts";
import type { Backbone } from "../backbone.ts";
import { encoderDecoder } from "../encoder-decoder.ts";
import type { Family } from "../family.ts";
import { T5_LAYERS, T5_NORM, T5_TOKENS, t5Attention, t5FfnStarts, t5Init, type T5Config } from "./config.ts";
import { relativePositions } from "./relative-positions.ts";

export { T5Config } from "./config.ts";

/** VL-T5 (Raffel et al. 2020 with the visual embedding of Cho et al. 2021): pre-norm, without biases. */
export function t5(config: T5Config, prompts: PromptLengths, ladder: Ladder | null = null): Backbone {
  const family: Family = {
    name: "t5",
    sizes: config,
    visual: { ...config, norm: T5_NORM, hiddenLayers: config.visualLayers },
    tokens: T5_TOKENS,
    search: { noRepeatNgram: 0, earlyStopping: false, forceEnd: false },
    initRule: t5Init,
    attention: t5Attention(config),
    norm: T5_NORM,
    normPlace: "before",
    activation: relu,
    ffnBias: false,
    ffnStarts: t5FfnStarts(config),
    dropRate: config.dropRate,
    layers: "block",
    layerNames: T5_LAYERS,
    embeddingNorm: null,
    finalNorm: "final_layer_norm",
    positions: relativePositions(config),
    headScale: config.width ** -0.5,
    headBias: () => null,
  };
  return encoderDecoder(family, prompts, ladder);
}
