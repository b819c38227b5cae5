import { int64Tensor, type HostTensor } from "../graph/index.ts";
import type { PromptLengths } from "../nn/index.ts";
import type { Backbone } from "./backbone.ts";
import { decode, decodeStep, firstPast, memory } from "./cached-decoder.ts";
import { tokenTable } from "./embedding.ts";
import type { Family, StackName } from "./family.ts";
import { encode } from "./joint-encoder.ts";
import { causalMask, keyMask, padded } from "./masks.ts";
import { visualFeeds } from "./visual-embedding.ts";
import { visualTokens } from "./visual-layout.ts";

/** `count` positions behind `first` earlier ones, as the input of a stack. */
function positionFeed({ positions }: Family, stack: StackName, first: number, count: number): HostTensor {
  const shape = positions.shape(count, first + count).map(Number);
  return int64Tensor(positions.indices(stack, first, count), shape);
}

/** The backbone of a family, with room for a method's prompts before its texts. */
export function encoderDecoder(family: Family, prompts: PromptLengths): Backbone {
  const { pad } = family.tokens;
  return {
    name: family.name,
    sizes: family.sizes,
    tokens: family.tokens,
    initRule: family.initRule,
    encode: (scope, visual) => encode(family, prompts, scope, visual),
    memory: (scope, encoded) => memory(family, scope, encoded),
    firstPast: (scope, rows) => firstPast(family, prompts, scope, rows),
    decode: (scope, encoded) => decode(family, prompts, scope, encoded),
    decodeStep: (scope, step) => decodeStep(family, scope, step),
    head: (scope) => ({
      table: tokenTable(scope, family),
      bias: family.headBias(scope),
      scale: family.headScale,
    }),
    encoderFeeds(batch, visual) {
      const { ids, length } = padded(batch.inputIds, pad);
      const count = batch.inputIds.length;
      const [prompt, tokens] = [prompts.encoder, visualTokens(visual)];
      const placed = length + (family.positions.countsPrompt ? prompt : 0);
      return {
        input_ids: int64Tensor(ids, [count, length]),
        text_positions: positionFeed(family, "encoder", 0, placed),
        encoder_mask: keyMask(ids, length, pad, { prompt, visual: tokens }),
        ...(tokens === 0 ? {} : visualFeeds(count, visual, batch)),
      };
    },
    decoderFeeds({ decoderIds }) {
      const { ids, length } = padded(decoderIds, pad);
      return {
        decoder_ids: int64Tensor(ids, [decoderIds.length, length]),
        target_positions: positionFeed(family, "decoder", prompts.decoder, length),
        causal_mask: causalMask(length, prompts.decoder),
      };
    },
    stepFeeds: (tokens, position) => ({
      decoder_ids: int64Tensor(tokens, [tokens.length, 1]),
      target_positions: positionFeed(family, "decoder", prompts.decoder + position, 1),
    }),
  };
}
