import type { Tensor } from "../graph/index.ts";
import { add, axisSize, matMul, matMulTransposed, mul, reshape, softmax, transpose } from "../ops/index.ts";
import { linear, widthOf } from "./layers.ts";
import type { Layout, Sequence } from "./layout.ts";
import type { Init } from "./parameter.ts";
import type { Scope } from "./scope.ts";
import type { SiteName } from "./site.ts";

type Projection = "query" | "key" | "value" | "out";

/** What an attention is in its family: names of the projections, biases, scaling. */
export interface AttentionKind {
  readonly heads: number;
  /** K, the width of a head. */
  readonly headWidth: number;
  readonly names: Readonly<Record<Projection, string>>;
  readonly bias: boolean;
  /** Whether the scores query·key are divided by √K. */
  readonly scaled: boolean;
  /** Start of the projections, where it is not the family's own rule. */
  readonly starts: Readonly<Partial<Record<Projection, Init>>>;
  readonly dropRate: number;
}

type AttentionSite = "encoder.self-attention" | "decoder.self-attention" | "decoder.cross-attention";

export interface KeyValue {
  /** [B, H, S, K] */
  readonly key: Tensor;
  /** [B, H, S, K] */
  readonly value: Tensor;
}

/** One attention block of a model: its place, its kind, and which sites it opens. */
export interface AttentionBlock {
  readonly scope: Scope;
  readonly kind: AttentionKind;
  readonly site: AttentionSite;
}

/** rows [B·N, H·K] → [B, H, N, K] */
function splitHeads(rows: Tensor, layout: Layout, { heads, headWidth }: AttentionKind): Tensor {
  const grid = layout.grid(rows);
  const split = reshape(grid, [axisSize(grid, 0), axisSize(grid, 1), heads, headWidth]);
  return transpose(split, [0, 2, 1, 3]);
}

function mergeHeads(context: Tensor, layout: Layout, { heads, headWidth }: AttentionKind): Tensor {
  const grid = transpose(context, [0, 2, 1, 3]); // [B, N, H, K]
  return layout.rows(reshape(grid, [axisSize(grid, 0), axisSize(grid, 1), heads * headWidth]));
}

function project(
  { scope, kind, site }: AttentionBlock,
  which: Projection,
  x: Sequence,
  width?: number,
): Tensor {
  const at = scope.at(kind.names[which]);
  const options = { bias: kind.bias, init: kind.starts[which] };
  const y = linear(at, x.rows, width ?? kind.heads * kind.headWidth, options);
  const name: SiteName = `${site}.${which}`;
  return at.site(name, { x: x.rows, y, layout: x.layout });
}

/** Keys and values of some states, [B, H, S, K] each. */
export function keyValue(block: AttentionBlock, states: Sequence): KeyValue {
  return {
    key: splitHeads(project(block, "key", states), states.layout, block.kind),
    value: splitHeads(project(block, "value", states), states.layout, block.kind),
  };
}

/** The queries of some rows, [B, H, T, K]. */
export function queries(block: AttentionBlock, x: Sequence): Tensor {
  return splitHeads(project(block, "query", x), x.layout, block.kind);
}

/** softmax(q kᵀ/√K + mask) v → [B, H, T, K]; `mask` broadcasts to [B, H, T, S]. */
export function attend(
  { scope, kind, site }: AttentionBlock,
  query: Tensor,
  seen: KeyValue,
  mask: Tensor | null,
): Tensor {
  const { key, value, bias } = scope.attendedSite(`${site}.attended`, { ...seen, bias: mask });
  const products = matMulTransposed(query, key); // [B, H, T, S]
  const scaled = kind.scaled ? mul(products, kind.headWidth ** -0.5) : products;
  const weights = softmax(bias === null ? scaled : add(scaled, bias));
  return matMul(scope.dropout(weights, kind.dropRate, "weights"), value);
}

/** The output projection and the block's own site. `x` is the residual stream the block read. */
export function attentionOutput(
  block: AttentionBlock,
  context: Tensor,
  x: Sequence,
  residual: Tensor,
): Tensor {
  const rows = mergeHeads(context, x.layout, block.kind);
  const y = project(block, "out", { rows, layout: x.layout }, widthOf(residual));
  return block.scope.site(block.site, { x: residual, y, layout: x.layout });
}
