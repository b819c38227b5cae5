import { plus, symbol, times, type Shape, type Size, type Tensor } from "../graph/index.ts";
import { paddedLayout, type KeyValue, type PromptLengths, type Scope, type Sequence } from "../nn/index.ts";
import { axisSize } from "../ops/index.ts";
import type { DecoderStep, Encoded } from "./backbone.ts";
import { layerMemory, layerOf } from "./blocks.ts";
import { decoderStack, type Decoded, type DecoderContext, type Seen } from "./decoder-stack.ts";
import { tokenRows } from "./embedding.ts";
import type { Family } from "./family.ts";
import { causalValues } from "./masks.ts";
import { promptRows } from "./prompt.ts";
import { sideLayers, sideScope, type SideNetwork } from "./side-network.ts";
import { stackScope } from "./stack.ts";

/** A family's decoder with what a method adds to it. */
export interface Decoder {
  readonly family: Family;
  readonly prompts: PromptLengths;
  readonly side: SideNetwork | null;
}

function allLayers({ sizes }: Family): readonly number[] {
  return Array.from({ length: sizes.decoderLayers }, (_, index) => index);
}

/** Cross-attention keys and values of every layer, [B, H, N, K]. */
export function memory({ family, side }: Decoder, root: Scope, encoded: Encoded): readonly KeyValue[] {
  const scope = stackScope(root, "decoder");
  const own = allLayers(family).map((index) =>
    layerMemory(layerOf(scope, family, "decoder", index), encoded.states),
  );
  if (side === null || encoded.side === null) return own;
  const { states } = encoded.side;
  const beside = sideLayers(side, "decoder").map((index) =>
    layerMemory(layerOf(sideScope(scope), side.family, "decoder", index), states),
  );
  return [...own, ...beside];
}

/** What both stacks see, from lists in the order of `caches`. */
function seenOf(
  { family }: Decoder,
  past: readonly KeyValue[],
  memories: {
    readonly layers: readonly KeyValue[];
    readonly mask: Tensor;
    readonly sideMask: Tensor | null;
  } | null,
): DecoderContext["seen"] {
  const { decoderLayers } = family.sizes;
  const seen = (start: number, end: number | undefined, mask: Tensor | null): Seen => ({
    past: past.slice(start, end),
    memory: memories === null || mask === null ? null : { layers: memories.layers.slice(start, end), mask },
  });
  return {
    own: seen(0, decoderLayers, memories?.mask ?? null),
    side: seen(decoderLayers, undefined, memories?.sideMask ?? null),
  };
}

/** Target tokens with their absolute positions, [batch, T, D], and the positions of T queries over S keys. */
function targetTokens(
  family: Family,
  scope: Scope,
  batch: Size,
  { queries, keys }: { readonly queries: Size; readonly keys: Size },
) {
  const ids = scope.graph.input("decoder_ids", "int64", [batch, queries]);
  const { positions } = family;
  const indices = scope.graph.input("target_positions", "int64", positions.shape(queries, keys));
  return { tokens: positions.absolute(scope, tokenRows(scope, family, ids), indices), indices };
}

/**
 * What every target text remembers before its first token, [rows, H, P, K] by layer: keys and values of the decoder run
 * over the prompt alone, without cross-attention. Empty without a prompt.
 */
export function firstPast(decoder: Decoder, root: Scope, rows: Size): readonly KeyValue[] {
  const { family, prompts, side } = decoder;
  const length = prompts.decoder;
  if (length === 0) return [];
  const scope = stackScope(root, "decoder");
  const { positions, sizes } = family;
  const prompt = promptRows(scope, "decoder.prompt", { batch: rows, length, width: sizes.width });
  const numbers = BigInt64Array.from(positions.indices("decoder", 0, length), BigInt);
  const indices = scope.graph.constant(numbers, positions.shape(length, length).map(Number));
  const layout = paddedLayout(rows, length);
  const tokens = positions.absolute(scope, prompt, indices); // [rows, P, D]
  const context: DecoderContext = {
    selfLayout: layout,
    crossLayout: layout,
    indices,
    causalMask: scope.graph.constant(causalValues(length, 0), [1, 1, length, length]),
    seen: seenOf(decoder, [], null),
  };
  return decoderStack(family, side, scope.inPass("prompt"), { tokens, context }).present;
}

/** Decoder states for whole target sequences: rows [B·T, D]. */
export function decode(decoder: Decoder, root: Scope, encoded: Encoded): Sequence {
  const { family, prompts, side } = decoder;
  const scope = stackScope(root, "decoder");
  const [batch, queries] = [symbol("B"), symbol("T")];
  const keys = plus(queries, prompts.decoder);
  const layout = paddedLayout(batch, queries);
  const maskShape: Shape = [1, 1, queries, keys];
  const { tokens, indices } = targetTokens(family, scope, batch, { queries, keys });
  const causalMask = root.graph.input("causal_mask", "float32", maskShape);
  const layers = memory(decoder, root, encoded);
  const past = firstPast(decoder, root, batch);
  const memories = { layers, mask: encoded.mask, sideMask: encoded.side?.mask ?? null };
  const context: DecoderContext = {
    selfLayout: layout,
    crossLayout: layout,
    indices,
    causalMask,
    seen: seenOf(decoder, past, memories),
  };
  return { rows: decoderStack(family, side, scope, { tokens, context }).rows, layout };
}

/** One more token for each of B·beams rows. */
export function decodeStep(decoder: Decoder, root: Scope, step: DecoderStep): Decoded {
  const { family, side } = decoder;
  const scope = stackScope(root, "decoder");
  const rowCount = times(symbol("B"), step.beams);
  const [remembered] = step.past;
  const keys = plus(remembered === undefined ? 0 : axisSize(remembered.key, 2), 1);
  const { tokens, indices } = targetTokens(family, scope, rowCount, { queries: 1, keys });
  const memories = { layers: step.memory, mask: step.mask, sideMask: step.sideMask ?? null };
  const context: DecoderContext = {
    selfLayout: paddedLayout(rowCount, 1),
    crossLayout: paddedLayout(symbol("B"), step.beams),
    indices,
    causalMask: null,
    seen: seenOf(decoder, step.past, memories),
  };
  return decoderStack(family, side, scope, { tokens, context });
}
