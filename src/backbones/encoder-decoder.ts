import { int64Tensor, type HostTensor } from "../graph/index.ts";
import type { Ladder, PromptLengths } from "../nn/index.ts";
import type { Backbone, CacheShape, EncoderBatch, Feeds } from "./backbone.ts";
import { decode, decodeStep, firstPast, memory, type Decoder } from "./cached-decoder.ts";
import { tokenTable } from "./embedding.ts";
import type { Family, StackName } from "./family.ts";
import { encode } from "./joint-encoder.ts";
import { causalMask, keyMask, padded } from "./masks.ts";
import { rowFlow } from "./row-flow.ts";
import { sideLayers, sideNetwork } from "./side-network.ts";
import { visualFeeds } from "./visual-embedding.ts";
import { visualTokens, type VisualLayout } from "./visual-layout.ts";

/** `count` positions behind `first` earlier ones, as the input of a stack. */
function positionFeed({ positions }: Family, stack: StackName, first: number, count: number): HostTensor {
  const shape = positions.shape(count, first + count).map(Number);
  return int64Tensor(positions.indices(stack, first, count), shape);
}

function repeatedCache({ sizes }: Family, whose: CacheShape["memory"], layers: number): CacheShape[] {
  const shape: CacheShape = { heads: sizes.heads, headWidth: sizes.headWidth, memory: whose };
  return Array.from({ length: layers }, () => shape);
}

function caches({ family, side }: Decoder): readonly CacheShape[] {
  const own = repeatedCache(family, "encoder", family.sizes.decoderLayers);
  if (side === null) return own;
  return [...own, ...repeatedCache(side.family, "side", sideLayers(side, "decoder").length)];
}

function encoderFeeds({ family, prompts, side }: Decoder, batch: EncoderBatch, visual: VisualLayout): Feeds {
  const { pad } = family.tokens;
  const { ids, length } = padded(batch.inputIds, pad);
  const count = batch.inputIds.length;
  const [prompt, tokens] = [prompts.encoder, visualTokens(visual)];
  const placed = length + (family.positions.countsPrompt ? prompt : 0);
  const maskOver = (visualCount: number): HostTensor =>
    keyMask(ids, length, pad, { prompt, visual: visualCount, visualCounts: batch.visualCounts });
  return {
    input_ids: int64Tensor(ids, [count, length]),
    text_positions: positionFeed(family, "encoder", 0, placed),
    ...(side === null
      ? { encoder_mask: maskOver(tokens) }
      : { encoder_mask: maskOver(0), side_mask: maskOver(tokens) }),
    ...(tokens === 0 ? {} : visualFeeds(count, visual, batch)),
  };
}

/** The backbone of a family, with room for a method's prompts before its texts and for a side network along it. */
export function encoderDecoder(family: Family, prompts: PromptLengths, ladder: Ladder | null): Backbone {
  const side = ladder && sideNetwork(family, ladder);
  const parts: Decoder = { family, prompts, side };
  return {
    name: family.name,
    sizes: family.sizes,
    tokens: family.tokens,
    search: family.search,
    initRule: family.initRule,
    caches: caches(parts),
    encode: (scope, visual, features = null) =>
      encode(family, { prompts, side }, scope, { visual, features }),
    memory: (scope, encoded) => memory(parts, scope, encoded),
    firstPast: (scope, rows) => firstPast(parts, scope, rows),
    decode: (scope, encoded) => decode(parts, scope, encoded),
    decodeStep: (scope, step) => decodeStep(parts, scope, step),
    head: (scope) => ({
      table: tokenTable(scope, family),
      bias: family.headBias(scope),
      scale: family.headScale,
    }),
    rowFlow: (scope) => (side === null ? [] : rowFlow(side, scope)),
    encoderFeeds: (batch, visual) => encoderFeeds(parts, batch, visual),
    decoderFeeds({ decoderIds }) {
      const { ids, length } = padded(decoderIds, family.tokens.pad);
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
