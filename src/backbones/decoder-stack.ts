import type { Tensor } from "../graph/index.ts";
import type { KeyValue, Layout, Scope, Sequence } from "../nn/index.ts";
import { add } from "../ops/index.ts";
import { crossAttention, feedForward, selfAttention, type Layer } from "./blocks.ts";
import { entered, left } from "./embedding.ts";
import type { Family } from "./family.ts";
import { sideLayers, sideScope, sideStates, type SideNetwork } from "./side-network.ts";
import { layerStates, type LayerStep } from "./stack.ts";

/** What the attentions of one stack see besides its rows, by its layers in their order. */
export interface Seen {
  /** The encoder's keys and values, and their mask; null = no cross-attention. */
  readonly memory: { readonly layers: readonly KeyValue[]; readonly mask: Tensor } | null;
  /** Keys and values of earlier positions; empty when there are none. */
  readonly past: readonly KeyValue[];
}

/** What the decoder's layers work with besides the rows. */
export interface DecoderContext {
  /** How rows lie for self-attention, and for cross-attention (beams are positions of one example there). */
  readonly selfLayout: Layout;
  readonly crossLayout: Layout;
  /** Rows of the family's positions, for the layers' own relative ones. */
  readonly indices: Tensor;
  /** [1, 1, T, S]; null when every row may see all. */
  readonly causalMask: Tensor | null;
  /** For the backbone's layers, and for those of a side network beside them. */
  readonly seen: { readonly own: Seen; readonly side: Seen };
}

/** Decoder states [R, D], and all keys and values in the order of `caches`. */
export interface Decoded {
  readonly rows: Tensor;
  readonly present: readonly KeyValue[];
}

function crossAttended(layer: Layer, place: number, x: Sequence, layout: Layout, { memory }: Seen): Sequence {
  if (memory === null) return x;
  const keyValue = memory.layers[place];
  if (keyValue === undefined) throw new RangeError(`internal: no memory for ${layer.scope.path}`);
  const asked: Sequence = { rows: x.rows, layout };
  const { rows } = crossAttention(layer, asked, { memory: keyValue, mask: memory.mask });
  return { rows, layout: x.layout };
}

/** What a layer does; `relative` [1, H, T, S] is what positions add to the scores, null = nothing. Fills `present`. */
function decoderStep(
  relative: Tensor | null,
  { causalMask, crossLayout }: DecoderContext,
  seen: Seen,
  present: KeyValue[],
): LayerStep {
  const both = relative !== null && causalMask !== null;
  const bias = both ? add(relative, causalMask) : (relative ?? causalMask);
  return (layer, x) => {
    const place = present.length;
    const attended = selfAttention(layer, x, { bias, past: seen.past[place] });
    present.push(attended.present);
    return feedForward(layer, crossAttended(layer, place, attended.states, crossLayout, seen));
  };
}

/** The decoder's layers over tokens [B, T, D] that have their absolute positions. */
export function decoderStack(
  family: Family,
  side: SideNetwork | null,
  scope: Scope,
  { tokens, context }: { readonly tokens: Tensor; readonly context: DecoderContext },
): Decoded {
  const { selfLayout: layout, indices, seen } = context;
  const embedded: Sequence = { rows: layout.rows(entered(scope, family, tokens)), layout };
  const start: Sequence = { rows: scope.dropout(embedded.rows, family.dropRate, "embedding"), layout };
  const present: KeyValue[] = [];
  const step = decoderStep(family.positions.relative(scope, indices, 0), context, seen.own, present);
  const layers = layerStates(family, scope, "decoder", { start, step });
  // Written even where a side network's end takes its place: its norm belongs to the model, and dead code costs nothing.
  const own = left(scope, family, (layers.at(-1) ?? start).rows);
  if (side === null) return { rows: own, present };
  const beside = decodedBeside(side, sideScope(scope), { embedded, layers }, context);
  const rows = side.ladder.end(sideScope(scope), beside.rows, family.sizes.width); // [R, D]
  return { rows, present: [...present, ...beside.present] };
}

/** The side network's decoder, which taps the backbone's layers. */
function decodedBeside(
  side: SideNetwork,
  scope: Scope,
  taps: { readonly embedded: Sequence; readonly layers: readonly Sequence[] },
  context: DecoderContext,
): Decoded {
  const [first = 0] = sideLayers(side, "decoder");
  const relative = side.family.positions.relative(scope, context.indices, first);
  const present: KeyValue[] = [];
  const step = decoderStep(relative, context, context.seen.side, present);
  return { rows: sideStates(side, scope, "decoder", { taps, step }).rows, present };
}
