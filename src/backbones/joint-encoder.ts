import { plus, symbol, type Tensor } from "../graph/index.ts";
import { paddedLayout, type PromptLengths, type Scope, type Sequence } from "../nn/index.ts";
import { add, concat, padAxis } from "../ops/index.ts";
import type { Encoded } from "./backbone.ts";
import { feedForward, layerOf, selfAttention } from "./blocks.ts";
import { entered, left, tokenRows, tokenTable } from "./embedding.ts";
import type { Family } from "./family.ts";
import { behindPrompt } from "./prompt.ts";
import { visualEmbedding } from "./visual-embedding.ts";
import { visualTokens, type VisualLayout } from "./visual-layout.ts";

/** A bias over prompt and text grown by visual tokens, to which positions add nothing: [1, H, N, N]. */
function besideVisual(bias: Tensor, visual: number): Tensor {
  if (visual === 0) return bias;
  const rows = padAxis(bias, { axis: 2, before: 0, after: visual });
  return padAxis(rows, { axis: 3, before: 0, after: visual });
}

/**
 * The joint encoder over [prompt | text | visual] (original: JointEncoder). Positions and the embedding norm are for
 * what comes before the visual tokens.
 */
export function encode(family: Family, prompts: PromptLengths, root: Scope, visual: VisualLayout): Encoded {
  const { positions, sizes, dropRate } = family;
  const scope = root.at("encoder").part("encoder");
  const [batch, textLength] = [symbol("B"), symbol("L")];
  const length = plus(textLength, prompts.encoder + visualTokens(visual));
  const placed = plus(textLength, positions.countsPrompt ? prompts.encoder : 0);
  const ids = scope.graph.input("input_ids", "int64", [batch, textLength]);
  const indices = scope.graph.input("text_positions", "int64", positions.shape(placed, placed));
  const mask = scope.graph.input("encoder_mask", "float32", [batch, 1, 1, length]);

  const tokens = positions.absolute(scope, tokenRows(scope, family, ids), indices); // [B, L, D]
  const text = entered(scope, family, behindPrompt(scope, tokens, prompts.encoder)); // [B, P + L, D]
  // Without pictures (V = 0) this is the plain language model, with no visual parameters.
  const parts =
    visualTokens(visual) === 0
      ? [text]
      : [text, visualEmbedding(scope, visual, family.visual, tokenTable(scope, family))];
  const layout = paddedLayout(batch, length);
  let states: Sequence = {
    rows: scope.dropout(layout.rows(concat(parts, 1)), dropRate, "embedding"),
    layout,
  };
  const relative = positions.relative(scope, indices);
  const bias = relative === null ? mask : add(besideVisual(relative, visualTokens(visual)), mask);
  for (let index = 0; index < sizes.encoderLayers; index++) {
    const layer = layerOf(root, family, "encoder", index);
    states = feedForward(layer, selfAttention(layer, states, { bias, past: undefined }).states);
  }
  return { states: { rows: left(scope, family, states.rows), layout }, mask };
}
