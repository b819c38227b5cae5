import { plus, symbol, times, type Tensor } from "../../graph/index.ts";
import {
  attend,
  attentionOutput,
  embedding,
  embeddingTable,
  keyValue,
  linear,
  norm,
  paddedLayout,
  queries,
  type AttentionBlock,
  type PromptLengths,
  type Scope,
  type Sequence,
  type SiteName,
} from "../../nn/index.ts";
import { add, concat, gatherRows, gelu, reshape } from "../../ops/index.ts";
import type { Encoded } from "../backbone.ts";
import { behindPrompt } from "../prompt.ts";
import { visualEmbedding } from "../visual-embedding.ts";
import { visualTokens, type VisualLayout } from "../visual-layout.ts";
import { BART_NORM, bartAttention, POSITION_OFFSET, type BartConfig } from "./config.ts";

/** The token table, shared by encoder, decoder, LM head and object orders: [V, D]. */
export function tokenTable(scope: Scope, config: BartConfig): Tensor {
  return embeddingTable(scope.shared("shared"), config.vocabulary, config.width);
}

/** Tokens plus learned positions: ids [B, T], positions [T] → [B, T, D]. */
export function tokenEmbedding(scope: Scope, config: BartConfig, ids: Tensor, positions: Tensor): Tensor {
  const [batch = 1, length = 1] = ids.shape;
  const rows = gatherRows(tokenTable(scope, config), reshape(ids, [times(batch, length)]));
  return add(reshape(rows, [batch, length, config.width]), placeEmbedding(scope, config, positions));
}

/** Learned positions: [T] → [T, D]. */
export function placeEmbedding(scope: Scope, config: BartConfig, positions: Tensor): Tensor {
  const size = config.maxPositions + POSITION_OFFSET;
  return embedding(scope.at("embed_positions"), positions, size, config.width);
}

/** x → norm(x + dropout(y)): BART normalises after the residual add. */
export function addAndNorm(scope: Scope, normName: string, x: Tensor, y: Tensor, dropRate: number): Tensor {
  const at = scope.at(normName);
  return norm(at, add(x, at.dropout(y, dropRate, "dropout")), BART_NORM);
}

/** norm(x + dropout(fc2(dropout(gelu(fc1 x))))), with its sites; the sublayer's own are opened on `fc2`. */
export function feedForwardLayer(
  scope: Scope,
  config: BartConfig,
  x: Sequence,
  site: "encoder.ffn" | "decoder.ffn",
): Tensor {
  const { layout } = x;
  const first = scope.at("fc1");
  const hiddenSite: SiteName = `${site}.hidden`;
  const activated = gelu(linear(first, x.rows, config.ffnWidth)); // [R, F]
  const hidden = first.site(hiddenSite, { x: x.rows, y: activated, layout });
  const last = scope.at("fc2");
  const made = linear(last, first.dropout(hidden, config.dropRate, "dropout"), config.width);
  const y = last.site(site, { x: x.rows, y: made, layout });
  const normAt = scope.at("final_layer_norm");
  const addedSite: SiteName = `${site}.added`;
  const dropped = normAt.dropout(y, config.dropRate, "dropout");
  const added = last.site(addedSite, { x: x.rows, y: dropped, layout });
  return norm(normAt, add(x.rows, added), BART_NORM);
}

function encoderLayer(scope: Scope, config: BartConfig, x: Sequence, mask: Tensor): Sequence {
  const { layout } = x;
  const block: AttentionBlock = {
    scope: scope.at("self_attn"),
    kind: bartAttention(config),
    site: "encoder.self-attention",
  };
  const context = attend(block, queries(block, x), keyValue(block, x), mask);
  const attended = attentionOutput(block, context, x, x.rows);
  const middle = addAndNorm(scope, "self_attn_layer_norm", x.rows, attended, config.dropRate);
  return { rows: feedForwardLayer(scope, config, { rows: middle, layout }, "encoder.ffn"), layout };
}

/**
 * The joint encoder over [prompt | text | visual] (original: JointEncoder). Prompt and text pass the embedding norm;
 * only the text has positions.
 */
export function bartEncode(
  root: Scope,
  config: BartConfig,
  prompts: PromptLengths,
  visual: VisualLayout,
): Encoded {
  const scope = root.at("encoder").part("encoder");
  const [batch, textLength] = [symbol("B"), symbol("L")];
  const length = plus(textLength, prompts.encoder + visualTokens(visual));
  const ids = scope.graph.input("input_ids", "int64", [batch, textLength]);
  const positions = scope.graph.input("text_positions", "int64", [textLength]);
  const mask = scope.graph.input("encoder_mask", "float32", [batch, 1, 1, length]);

  const tokens = tokenEmbedding(scope, config, ids, positions); // [B, L, D]
  const prompted = behindPrompt(scope, tokens, prompts.encoder); // [B, P + L, D]
  const text = norm(scope.at("layernorm_embedding"), prompted, BART_NORM);
  // Without pictures (V = 0) this is the plain language model, with no visual parameters.
  const parts =
    visualTokens(visual) === 0
      ? [text]
      : [text, visualEmbedding(scope, visual, { ...config, norm: BART_NORM }, tokenTable(scope, config))];
  const layout = paddedLayout(batch, length);
  let states: Sequence = {
    rows: scope.dropout(layout.rows(concat(parts, 1)), config.dropRate, "embedding"),
    layout,
  };
  const count = config.encoderLayers;
  for (let index = 0; index < count; index++)
    states = encoderLayer(scope.atLayer("layers", { index, count }), config, states, mask);
  return { states, mask };
}
