import { plus, symbol, times, type Shape, type Size, type Tensor } from "../graph/index.ts";
import {
  paddedLayout,
  type KeyValue,
  type Layout,
  type PromptLengths,
  type Scope,
  type Sequence,
} from "../nn/index.ts";
import { add, axisSize } from "../ops/index.ts";
import type { DecoderStep, Encoded } from "./backbone.ts";
import { crossAttention, feedForward, layerMemory, layerOf, selfAttention, type Layer } from "./blocks.ts";
import { entered, left, tokenRows } from "./embedding.ts";
import type { Family } from "./family.ts";
import { causalValues } from "./masks.ts";
import { promptRows } from "./prompt.ts";

/** What the decoder's layers work with besides the rows. */
interface DecoderContext {
  /** How rows lie for self-attention, and for cross-attention (beams are positions of one example there). */
  readonly selfLayout: Layout;
  readonly crossLayout: Layout;
  /** Rows of the family's positions, for the layers' own relative ones. */
  readonly indices: Tensor;
  /** [1, 1, T, S]; null when every row may see all. */
  readonly causalMask: Tensor | null;
  /** The encoder's keys and values by layer, and their mask; null = no cross-attention. */
  readonly memory: { readonly layers: readonly KeyValue[]; readonly mask: Tensor } | null;
  /** Keys and values of earlier positions by layer; empty when there are none. */
  readonly past: readonly KeyValue[];
}

interface Decoded {
  readonly rows: Tensor;
  readonly present: readonly KeyValue[];
}

function decoderScope(root: Scope): Scope {
  return root.at("decoder").part("decoder");
}

/** Cross-attention keys and values of every layer, [B, H, N, K]. */
export function memory(family: Family, root: Scope, { states }: Encoded): readonly KeyValue[] {
  return Array.from({ length: family.sizes.decoderLayers }, (_, index) =>
    layerMemory(layerOf(root, family, "decoder", index), states),
  );
}

function selfBias(scope: Scope, { positions }: Family, { indices, causalMask }: DecoderContext) {
  const relative = positions.relative(scope, indices); // [1, H, T, S]
  if (relative === null || causalMask === null) return relative ?? causalMask;
  return add(relative, causalMask);
}

function crossAttended(layer: Layer, index: number, x: Sequence, context: DecoderContext): Sequence {
  if (context.memory === null) return x;
  const seen = context.memory.layers[index];
  if (seen === undefined) throw new RangeError(`internal: no memory for decoder layer ${index}`);
  const asked: Sequence = { rows: x.rows, layout: context.crossLayout };
  const { rows } = crossAttention(layer, asked, { memory: seen, mask: context.memory.mask });
  return { rows, layout: x.layout };
}

/** The decoder's layers over tokens [B, T, D] that have their absolute positions. */
function decoderStack(family: Family, root: Scope, tokens: Tensor, context: DecoderContext): Decoded {
  const scope = decoderScope(root);
  const { selfLayout } = context;
  const embedded = selfLayout.rows(entered(scope, family, tokens));
  let states: Sequence = {
    rows: scope.dropout(embedded, family.dropRate, "embedding"),
    layout: selfLayout,
  };
  const bias = selfBias(scope, family, context);
  const present: KeyValue[] = [];
  for (let index = 0; index < family.sizes.decoderLayers; index++) {
    const layer = layerOf(root, family, "decoder", index);
    const attended = selfAttention(layer, states, { bias, past: context.past[index] });
    present.push(attended.present);
    states = feedForward(layer, crossAttended(layer, index, attended.states, context));
  }
  return { rows: left(scope, family, states.rows), present };
}

/** Target tokens with their absolute positions, [batch, T, D], and the positions of T queries over S keys. */
function targetTokens(
  family: Family,
  root: Scope,
  batch: Size,
  { queries, keys }: { readonly queries: Size; readonly keys: Size },
) {
  const scope = decoderScope(root);
  const ids = scope.graph.input("decoder_ids", "int64", [batch, queries]);
  const { positions } = family;
  const indices = scope.graph.input("target_positions", "int64", positions.shape(queries, keys));
  return { tokens: positions.absolute(scope, tokenRows(scope, family, ids), indices), indices };
}

/**
 * What every target text remembers before its first token, [rows, H, P, K] by layer: keys and values of the decoder run
 * over the prompt alone, without cross-attention. Empty without a prompt.
 */
export function firstPast(
  family: Family,
  prompts: PromptLengths,
  root: Scope,
  rows: Size,
): readonly KeyValue[] {
  const length = prompts.decoder;
  if (length === 0) return [];
  const scope = decoderScope(root);
  const { positions, sizes } = family;
  const prompt = promptRows(scope, "decoder.prompt", { batch: rows, length, width: sizes.width });
  const numbers = BigInt64Array.from(positions.indices("decoder", 0, length), BigInt);
  const indices = scope.graph.constant(numbers, positions.shape(length, length).map(Number));
  const layout = paddedLayout(rows, length);
  const tokens = positions.absolute(scope, prompt, indices); // [rows, P, D]
  return decoderStack(family, root.inPass("prompt"), tokens, {
    selfLayout: layout,
    crossLayout: layout,
    indices,
    causalMask: scope.graph.constant(causalValues(length, 0), [1, 1, length, length]),
    memory: null,
    past: [],
  }).present;
}

/** Decoder states for whole target sequences: rows [B·T, D]. */
export function decode(family: Family, prompts: PromptLengths, root: Scope, encoded: Encoded): Sequence {
  const [batch, queries] = [symbol("B"), symbol("T")];
  const keys = plus(queries, prompts.decoder);
  const layout = paddedLayout(batch, queries);
  const maskShape: Shape = [1, 1, queries, keys];
  const { tokens, indices } = targetTokens(family, root, batch, { queries, keys });
  const { rows } = decoderStack(family, root, tokens, {
    selfLayout: layout,
    crossLayout: layout,
    indices,
    causalMask: root.graph.input("causal_mask", "float32", maskShape),
    memory: { layers: memory(family, root, encoded), mask: encoded.mask },
    past: firstPast(family, prompts, root, batch),
  });
  return { rows, layout };
}

/** One more token for each of B·beams rows. */
export function decodeStep(family: Family, root: Scope, step: DecoderStep): Decoded {
  const rowCount = times(symbol("B"), step.beams);
  const [remembered] = step.past;
  const keys = plus(remembered === undefined ? 0 : axisSize(remembered.key, 2), 1);
  const { tokens, indices } = targetTokens(family, root, rowCount, { queries: 1, keys });
  return decoderStack(family, root, tokens, {
    selfLayout: paddedLayout(rowCount, 1),
    crossLayout: paddedLayout(symbol("B"), step.beams),
    indices,
    causalMask: null,
    memory: { layers: step.memory, mask: step.mask },
    past: step.past,
  });
}
