import type { Tensor } from "../graph/index.ts";
import {
  attend,
  attentionOutput,
  keyValue,
  linear,
  norm,
  queries,
  widthOf,
  type AttentionBlock,
  type KeyValue,
  type Scope,
  type Sequence,
  type SiteName,
} from "../nn/index.ts";
import { add, concat } from "../ops/index.ts";
import type { Family, LayerNames, StackName } from "./family.ts";

/** One layer of a stack, about to be written. */
export interface Layer {
  readonly family: Family;
  readonly stack: StackName;
  readonly scope: Scope;
  readonly names: LayerNames;
}

export function stackDepth({ sizes }: Family, stack: StackName): number {
  return stack === "encoder" ? sizes.encoderLayers : sizes.decoderLayers;
}

/** A layer of the stack at a scope. */
export function layerOf(stackScope: Scope, family: Family, stack: StackName, index: number): Layer {
  const scope = stackScope.atLayer(family.layers, { index, count: stackDepth(family, stack) });
  return { family, stack, scope, names: family.layerNames[stack] };
}

/** What a block reads of the residual stream. */
function read({ family, scope }: Layer, normName: string, x: Sequence): Sequence {
  if (family.normPlace === "after") return x;
  return { rows: norm(scope.at(normName), x.rows, family.norm), layout: x.layout };
}

/** The residual stream behind a block that adds to it. */
function sum({ family, scope }: Layer, normName: string, x: Sequence, added: Tensor): Sequence {
  const rows = add(x.rows, added);
  if (family.normPlace === "before") return { rows, layout: x.layout };
  return { rows: norm(scope.at(normName), rows, family.norm), layout: x.layout };
}

function grown(past: KeyValue | undefined, fresh: KeyValue): KeyValue {
  if (past === undefined) return fresh;
  return { key: concat([past.key, fresh.key], 2), value: concat([past.value, fresh.value], 2) };
}

/**
 * The self-attention block, and the keys and values it attended to. `bias` [B, H, T, S] carries masks and positions;
 * `past`: keys and values of earlier positions.
 */
export function selfAttention(
  layer: Layer,
  x: Sequence,
  { bias, past }: { readonly bias: Tensor | null; readonly past: KeyValue | undefined },
): { readonly states: Sequence; readonly present: KeyValue } {
  const { family, stack, scope, names } = layer;
  const block: AttentionBlock = {
    scope: scope.at(names.selfAttention),
    kind: family.attention,
    site: `${stack}.self-attention`,
  };
  const seen = read(layer, names.selfAttentionNorm, x);
  const present = grown(past, keyValue(block, seen));
  const y = attentionOutput(block, attend(block, queries(block, seen), present, bias), seen, x.rows);
  const added = block.scope.dropout(y, family.dropRate, "dropout");
  return { states: sum(layer, names.selfAttentionNorm, x, added), present };
}

function crossBlock({ family, scope, names }: Layer): AttentionBlock {
  return { scope: scope.at(names.crossAttention), kind: family.attention, site: "decoder.cross-attention" };
}

/** Keys and values of the encoder's states for one decoder layer, [B, H, N, K]. */
export function layerMemory(layer: Layer, { rows, layout }: Sequence): KeyValue {
  const block = crossBlock(layer);
  const at = block.scope.at("states");
  const states = at.site("decoder.cross-attention.states", { x: rows, y: rows, layout });
  return keyValue(block, { rows: states, layout });
}

/** The cross-attention block. `mask` [B, 1, 1, N]. */
export function crossAttention(
  layer: Layer,
  x: Sequence,
  { memory, mask }: { readonly memory: KeyValue; readonly mask: Tensor },
): Sequence {
  const { family, names } = layer;
  const block = crossBlock(layer);
  const asked = read(layer, names.crossAttentionNorm, x);
  const y = attentionOutput(block, attend(block, queries(block, asked), memory, mask), asked, x.rows);
  return sum(layer, names.crossAttentionNorm, x, block.scope.dropout(y, family.dropRate, "dropout"));
}

/** The FFN block: last(dropout(activation(first n))), with its sites. */
export function feedForward(layer: Layer, x: Sequence): Sequence {
  const { family, stack, scope, names } = layer;
  const { layout } = x;
  const { dropRate } = family;
  const { ffnBias: bias, ffnStarts: starts } = family;
  const n = read(layer, names.ffnNorm, x).rows;
  const [first, last, whole] = [scope.at(names.ffnFirst), scope.at(names.ffnLast), scope.at(names.ffn)];
  const activated = family.activation(linear(first, n, family.sizes.ffnWidth, { bias, init: starts.first })); // [R, F]
  const hiddenSite: SiteName = `${stack}.ffn.hidden`;
  const hidden = first.dropout(first.site(hiddenSite, { x: n, y: activated, layout }), dropRate, "dropout");
  const made = linear(last, hidden, widthOf(x.rows), { bias, init: starts.last }); // [R, D]
  const y = whole.site(`${stack}.ffn`, { x: x.rows, y: made, layout });
  const dropped = whole.dropout(y, dropRate, "dropout");
  return sum(layer, names.ffnNorm, x, whole.site(`${stack}.ffn.added`, { x: n, y: dropped, layout }));
}
