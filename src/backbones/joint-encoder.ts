import { plus, symbol, type Size, type Tensor } from "../graph/index.ts";
import { paddedLayout, type PromptLengths, type Scope, type Sequence } from "../nn/index.ts";
import { add, concat, padAxis } from "../ops/index.ts";
import type { Encoded, MaskedStates } from "./backbone.ts";
import { feedForward, selfAttention } from "./blocks.ts";
import { entered, left, tokenRows, tokenTable } from "./embedding.ts";
import type { Family } from "./family.ts";
import { behindPrompt } from "./prompt.ts";
import { sideLayers, sideScope, sideStates, type SideNetwork } from "./side-network.ts";
import { layerStates, stackScope, type LayerStep } from "./stack.ts";
import { visualEmbedding } from "./visual-embedding.ts";
import { visualTokens, type VisualLayout } from "./visual-layout.ts";

/** What a stack reads, [B, N, D] in parts, and the mask over it, [B, 1, 1, N]. */
interface Read {
  readonly parts: readonly Tensor[];
  readonly mask: Tensor;
  /** How many of the N rows are visual tokens; they come last. */
  readonly visual: number;
}

function maskInput(scope: Scope, name: "encoder_mask" | "side_mask", length: Size): Tensor {
  return scope.graph.input(name, "float32", [symbol("B"), 1, 1, length]);
}

function sequenceOf({ parts, mask }: Read): Sequence {
  const layout = paddedLayout(symbol("B"), mask.shape[3] ?? 1);
  return { rows: layout.rows(concat(parts, 1)), layout };
}

/** A bias over prompt and text grown by visual tokens, to which positions add nothing: [1, H, N, N]. */
function besideVisual(bias: Tensor, visual: number): Tensor {
  if (visual === 0) return bias;
  const rows = padAxis(bias, { axis: 2, before: 0, after: visual });
  return padAxis(rows, { axis: 3, before: 0, after: visual });
}

/** What a layer does; `relative` is what positions add to the scores over prompt and text, null = nothing. */
function encoderStep(relative: Tensor | null, { mask, visual }: Read): LayerStep {
  const bias = relative === null ? mask : add(besideVisual(relative, visual), mask);
  return (layer, x) => feedForward(layer, selfAttention(layer, x, { bias, past: undefined }).states);
}

/** What the encoder sees; `features` null = they are an input. */
export interface Seen {
  readonly visual: VisualLayout;
  readonly features: Tensor | null;
}

/** What a method adds to the encoder. */
export interface EncoderAdditions {
  readonly prompts: PromptLengths;
  readonly side: SideNetwork | null;
}

/**
 * The joint encoder over [prompt | text | visual] (original: JointEncoder). Positions and the embedding norm are for
 * what comes before the visual tokens. Beside a side network it reads the texts alone, and the side network all.
 */
export function encode(
  family: Family,
  { prompts, side }: EncoderAdditions,
  root: Scope,
  { visual, features }: Seen,
): Encoded {
  const { positions, dropRate } = family;
  const scope = stackScope(root, "encoder");
  const [batch, textLength] = [symbol("B"), symbol("L")];
  const placed = plus(textLength, positions.countsPrompt ? prompts.encoder : 0);
  const ids = scope.graph.input("input_ids", "int64", [batch, textLength]);
  const indices = scope.graph.input("text_positions", "int64", positions.shape(placed, placed));
  const [length, tokenCount] = [plus(textLength, prompts.encoder), visualTokens(visual)];
  const ownVisual = side === null ? tokenCount : 0;
  const mask = maskInput(scope, "encoder_mask", plus(length, ownVisual));

  const tokens = positions.absolute(scope, tokenRows(scope, family, ids), indices); // [B, L, D]
  const text = entered(scope, family, behindPrompt(scope, tokens, prompts.encoder)); // [B, P + L, D]
  // Without pictures (V = 0) this is the plain language model, with no visual parameters.
  const all =
    tokenCount === 0
      ? [text]
      : [text, visualEmbedding(scope, { visual, features }, family.visual, tokenTable(scope, family))];
  const read: Read = { parts: side === null ? all : [text], mask, visual: ownVisual };
  const { rows, layout } = sequenceOf(read);
  const start: Sequence = { rows: scope.dropout(rows, dropRate, "embedding"), layout };
  const step = encoderStep(positions.relative(scope, indices, 0), read);
  const layers = layerStates(family, scope, "encoder", { start, step });
  const states = { rows: left(scope, family, (layers.at(-1) ?? start).rows), layout };
  if (side === null) return { states, mask, side: null };
  const sideMask = maskInput(scope, "side_mask", plus(length, tokenCount));
  const sideRead: Read = { parts: all, mask: sideMask, visual: tokenCount };
  return { states, mask, side: encodedBeside(side, sideScope(scope), { read: sideRead, indices, layers }) };
}

/** The side network's encoder, which taps the backbone's layers. */
function encodedBeside(
  side: SideNetwork,
  scope: Scope,
  {
    read,
    indices,
    layers,
  }: { readonly read: Read; readonly indices: Tensor; readonly layers: readonly Sequence[] },
): MaskedStates {
  const [first = 0] = sideLayers(side, "encoder");
  const step = encoderStep(side.family.positions.relative(scope, indices, first), read);
  const taps = { embedded: sequenceOf(read), layers };
  return { states: sideStates(side, scope, "encoder", { taps, step }), mask: read.mask };
}
