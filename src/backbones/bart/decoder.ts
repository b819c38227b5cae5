import { plus, symbol, times, type Shape, type Size, type Tensor } from "../../graph/index.ts";
import {
  attend,
  attentionOutput,
  keyValue,
  norm,
  paddedLayout,
  queries,
  type AttentionBlock,
  type AttentionKind,
  type KeyValue,
  type Layout,
  type PromptLengths,
  type Scope,
  type Sequence,
} from "../../nn/index.ts";
import { add, concat } from "../../ops/index.ts";
import type { DecoderStep, Encoded } from "../backbone.ts";
import { causalValues } from "../masks.ts";
import { promptRows } from "../prompt.ts";
import { BART_NORM, bartAttention, placeIndices, type BartConfig } from "./config.ts";
import { addAndNorm, feedForwardLayer, placeEmbedding, tokenEmbedding } from "./encoder.ts";

/** What the decoder's layers work with besides the rows. */
interface DecoderContext {
  readonly config: BartConfig;
  /** How rows lie for self-attention, and for cross-attention (beams are positions of one example there). */
  readonly selfLayout: Layout;
  readonly crossLayout: Layout;
  readonly causalMask: Tensor | null;
  /** The encoder's keys and values by layer, and their mask; null = no cross-attention. */
  readonly memory: { readonly layers: readonly KeyValue[]; readonly mask: Tensor } | null;
  /** Keys and values of earlier positions by layer; empty when there are none. */
  readonly past: readonly KeyValue[];
}

function crossBlock(scope: Scope, kind: AttentionKind): AttentionBlock {
  return { scope: scope.at("encoder_attn"), kind, site: "decoder.cross-attention" };
}

function layerScope(root: Scope, { decoderLayers }: BartConfig, layer: number): Scope {
  return root.at("decoder").part("decoder").atLayer("layers", { index: layer, count: decoderLayers });
}

/** Cross-attention keys and values of every layer, [B, H, N, K]. */
export function bartMemory(root: Scope, config: BartConfig, { states }: Encoded): readonly KeyValue[] {
  return Array.from({ length: config.decoderLayers }, (_, layer) => {
    const block = crossBlock(layerScope(root, config, layer), bartAttention(config));
    const { rows, layout } = states;
    const at = block.scope.at("states");
    const seen = at.site("decoder.cross-attention.states", { x: rows, y: rows, layout });
    return keyValue(block, { rows: seen, layout });
  });
}

function grown(past: KeyValue | undefined, fresh: KeyValue): KeyValue {
  if (past === undefined) return fresh;
  return { key: concat([past.key, fresh.key], 2), value: concat([past.value, fresh.value], 2) };
}

function decoderLayer(
  root: Scope,
  layer: number,
  rows: Tensor,
  context: DecoderContext,
): { rows: Tensor; present: KeyValue } {
  const { config, selfLayout } = context;
  const scope = layerScope(root, config, layer);
  const kind = bartAttention(config);
  const self: AttentionBlock = { scope: scope.at("self_attn"), kind, site: "decoder.self-attention" };
  const x: Sequence = { rows, layout: selfLayout };
  const present = grown(context.past[layer], keyValue(self, x));
  const own = attentionOutput(self, attend(self, queries(self, x), present, context.causalMask), x, rows);
  const first = addAndNorm(scope, "self_attn_layer_norm", rows, own, config.dropRate);
  const second = crossAttentionLayer(scope, layer, first, context);
  return {
    rows: feedForwardLayer(scope, config, { rows: second, layout: selfLayout }, "decoder.ffn"),
    present,
  };
}

function crossAttentionLayer(scope: Scope, layer: number, x: Tensor, context: DecoderContext): Tensor {
  const { config, crossLayout, memory } = context;
  if (memory === null) return x;
  const seen = memory.layers[layer];
  if (seen === undefined) throw new RangeError(`internal: no memory for decoder layer ${layer}`);
  const block = crossBlock(scope, bartAttention(config));
  const asked: Sequence = { rows: x, layout: crossLayout };
  const y = attentionOutput(block, attend(block, queries(block, asked), seen, memory.mask), asked, x);
  return addAndNorm(scope, "encoder_attn_layer_norm", x, y, config.dropRate);
}

function decoderStack(
  root: Scope,
  embedded: Tensor,
  context: DecoderContext,
): { rows: Tensor; present: KeyValue[] } {
  const scope = root.at("decoder").part("decoder");
  const normed = norm(scope.at("layernorm_embedding"), embedded, BART_NORM);
  let rows = scope.dropout(normed, context.config.dropRate, "embedding");
  const present: KeyValue[] = [];
  for (let layer = 0; layer < context.config.decoderLayers; layer++) {
    const out = decoderLayer(root, layer, rows, context);
    rows = out.rows;
    present.push(out.present);
  }
  return { rows, present };
}

function embeddedTokens(root: Scope, config: BartConfig, batch: Size, length: Size): Tensor {
  const scope = root.at("decoder").part("decoder");
  const ids = scope.graph.input("decoder_ids", "int64", [batch, length]);
  const positions = scope.graph.input("target_positions", "int64", [length]);
  return tokenEmbedding(scope, config, ids, positions); // [batch, length, D]
}

/**
 * What every target text remembers before its first token, [rows, H, P, K] by layer: keys and values of the decoder run
 * over the prompt alone, without cross-attention. Empty without a prompt.
 */
export function bartFirstPast(
  root: Scope,
  config: BartConfig,
  { decoder: length }: PromptLengths,
  rows: Size,
): readonly KeyValue[] {
  if (length === 0) return [];
  const scope = root.at("decoder").part("decoder");
  const prompt = promptRows(scope, "decoder.prompt", { batch: rows, length, width: config.width });
  const positions = BigInt64Array.from(placeIndices(0, length), BigInt);
  const places = placeEmbedding(scope, config, scope.graph.constant(positions, [length])); // [P, D]
  const layout = paddedLayout(rows, length);
  return decoderStack(root.inPass("prompt"), layout.rows(add(prompt, places)), {
    config,
    selfLayout: layout,
    crossLayout: layout,
    causalMask: scope.graph.constant(causalValues(length, 0), [1, 1, length, length]),
    memory: null,
    past: [],
  }).present;
}

/** Decoder states for whole target sequences: rows [B·T, D]. */
export function bartDecode(
  root: Scope,
  config: BartConfig,
  prompts: PromptLengths,
  encoded: Encoded,
): Sequence {
  const [batch, length] = [symbol("B"), symbol("T")];
  const layout = paddedLayout(batch, length);
  const maskShape: Shape = [1, 1, length, plus(length, prompts.decoder)];
  const { rows } = decoderStack(root, layout.rows(embeddedTokens(root, config, batch, length)), {
    config,
    selfLayout: layout,
    crossLayout: layout,
    causalMask: root.graph.input("causal_mask", "float32", maskShape),
    memory: { layers: bartMemory(root, config, encoded), mask: encoded.mask },
    past: bartFirstPast(root, config, prompts, batch),
  });
  return { rows, layout };
}

/** One more token for each of B·beams rows. */
export function bartDecodeStep(root: Scope, config: BartConfig, step: DecoderStep) {
  const rowCount = times(symbol("B"), step.beams);
  const selfLayout = paddedLayout(rowCount, 1);
  return decoderStack(root, selfLayout.rows(embeddedTokens(root, config, rowCount, 1)), {
    config,
    selfLayout,
    crossLayout: paddedLayout(symbol("B"), step.beams),
    causalMask: null,
    memory: { layers: step.memory, mask: step.mask },
    past: step.past,
  });
}
