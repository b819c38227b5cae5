import { int64Tensor } from "../../graph/index.ts";
import { VlPetError } from "../../error.ts";
import type { PromptLengths } from "../../nn/index.ts";
import { reshape } from "../../ops/index.ts";
import type { Backbone } from "../backbone.ts";
import { causalMask, keyMask, padded } from "../masks.ts";
import { visualFeeds } from "../visual-embedding.ts";
import { visualTokens } from "../visual-layout.ts";
import { BART_TOKENS, bartInit, placeIndices, type BartConfig } from "./config.ts";
import { bartDecode, bartDecodeStep, bartFirstPast, bartMemory } from "./decoder.ts";
import { bartEncode, tokenTable } from "./encoder.ts";

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

function positionLimit(config: BartConfig, length: number): number {
  if (length <= config.maxPositions) return length;
  throw new VlPetError("shape", "a text is longer than the position table", {
    expected: `at most ${config.maxPositions} tokens`,
    received: `${length}`,
    fix: "shorten the texts, or lower the task's text limit",
  });
}

/** VL-BART (Lewis et al. 2020 with the visual embedding of VL-T5, Cho et al. 2021). */
export function bart(settings: BartConfig, prompts: PromptLengths): Backbone {
  const config = checked(settings);
  const { pad } = BART_TOKENS;
  return {
    name: "bart",
    sizes: { ...config, headWidth: config.width / config.heads },
    tokens: BART_TOKENS,
    initRule: bartInit,
    encode: (scope, visual) => bartEncode(scope, config, prompts, visual),
    memory: (scope, encoded) => bartMemory(scope, config, encoded),
    decode: (scope, encoded) => bartDecode(scope, config, prompts, encoded),
    firstPast: (scope, rows) => bartFirstPast(scope, config, prompts, rows),
    decodeStep: (scope, step) => bartDecodeStep(scope, config, step),
    head(scope) {
      const bias = scope.parameter("final_logits_bias", [1, config.vocabulary], {
        of: "vector",
        role: "buffer",
      });
      return { table: tokenTable(scope, config), bias: reshape(bias, [config.vocabulary]), scale: 1 };
    },
    encoderFeeds(batch, visual) {
      const { ids, length } = padded(batch.inputIds, pad);
      const count = batch.inputIds.length;
      return {
        input_ids: int64Tensor(ids, [count, length]),
        text_positions: int64Tensor(placeIndices(0, positionLimit(config, length)), [length]),
        encoder_mask: keyMask(ids, length, pad, {
          prompt: prompts.encoder,
          visual: visualTokens(visual),
        }),
        ...(visualTokens(visual) === 0 ? {} : visualFeeds(count, visual, batch)),
      };
    },
    decoderFeeds({ decoderIds }) {
      const { ids, length } = padded(decoderIds, pad);
      positionLimit(config, prompts.decoder + length);
      return {
        decoder_ids: int64Tensor(ids, [decoderIds.length, length]),
        target_positions: int64Tensor(placeIndices(prompts.decoder, length), [length]),
        causal_mask: causalMask(length, prompts.decoder),
      };
    },
    stepFeeds: (tokens, position) => ({
      decoder_ids: int64Tensor(tokens, [tokens.length, 1]),
      target_positions: int64Tensor(placeIndices(prompts.decoder + position, 1), [1]),
    }),
  };
}
