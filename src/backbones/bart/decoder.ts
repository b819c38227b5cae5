import { symbol, times, type Size, type Tensor } from "../../graph/index.ts";
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
  type Scope,
  type Sequence,
} from "../../nn/index.ts";
import { concat } from "../../ops/index.ts";
import type { DecoderStep, Encoded } from "../backbone.ts";
import { BART_NORM, bartAttention, type BartConfig } from "./config.ts";
import { addAndNorm, feedForwardLayer, tokenEmbedding } from "./encoder.ts";

/** What the decoder's layers work with besides the rows. */
interface DecoderContext {
  readonly config: BartConfig;
  /** How rows lie for self-attention, and for cross-attention (beams are positions of one example there). */
  readonly selfLayout: Layout;
  readonly crossLayout: Layout;
  readonly causalMask: Tensor | null;
  readonly memoryMask: Tensor;
  readonly memory: readonly KeyValue[];
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
    const seen = block.scope.site("decoder.cross-attention.states", { x: rows, y: rows, layout });
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
  const { config, selfLayout, crossLayout } = context;
  const scope = layerScope(root, config, layer);
  const kind = bartAttention(config);
  const self: AttentionBlock = { scope: scope.at("self_attn"), kind, site: "decoder.self-attention" };
  const x: Sequence = { rows, layout: selfLayout };
  const present = grown(context.past[layer], keyValue(self, x));
  const own = attentionOutput(self, attend(self, queries(self, x), present, context.causalMask), x, rows);
  const first = addAndNorm(scope, "self_attn_layer_norm", rows, own, config.dropRate);

  const cross = crossBlock(scope, kind);
  const memory = context.memory[layer];
  if (memory === undefined) throw new RangeError(`internal: no memory for decoder layer ${layer}`);
  const asked: Sequence = { rows: first, layout: crossLayout };
  const seen = attentionOutput(
    cross,
    attend(cross, queries(cross, asked), memory, context.memoryMask),
    asked,
    first,
  );
  const second = addAndNorm(scope, "encoder_attn_layer_norm", first, seen, config.dropRate);

  return {
    rows: feedForwardLayer(scope, config, { rows: second, layout: selfLayout }, "decoder.ffn"),
    present,
  };
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

function embedded(root: Scope, config: BartConfig, batch: Size, length: Size): Tensor {
  const scope = root.at("decoder").part("decoder");
  const ids = scope.graph.input("decoder_ids", "int64", [batch, length]);
  const positions = scope.graph.input("target_positions", "int64", [length]);
  return tokenEmbedding(scope, config, ids, positions); // [batch, length, D]
}

/** Decoder states for whole target sequences: rows [B·T, D]. */
export function bartDecode(root: Scope, config: BartConfig, encoded: Encoded): Sequence {
  const [batch, length] = [symbol("B"), symbol("T")];
  const layout = paddedLayout(batch, length);
  const { rows } = decoderStack(root, layout.rows(embedded(root, config, batch, length)), {
    config,
    selfLayout: layout,
    crossLayout: layout,
    causalMask: root.graph.input("causal_mask", "float32", [1, 1, length, length]),
    memoryMask: encoded.mask,
    memory: bartMemory(root, config, encoded),
    past: [],
  });
  return { rows, layout };
}

/** One more token for each of B·beams rows. */
export function bartDecodeStep(root: Scope, config: BartConfig, step: DecoderStep) {
  const rowCount = times(symbol("B"), step.beams);
  const selfLayout = paddedLayout(rowCount, 1);
  return decoderStack(root, selfLayout.rows(embedded(root, config, rowCount, 1)), {
    config,
    selfLayout,
    crossLayout: paddedLayout(symbol("B"), step.beams),
    causalMask: null,
    memoryMask: step.mask,
    memory: step.memory,
    past: step.past,
  });
}
