import * as v from "valibot";
import type { Tensor } from "../graph/index.ts";
import {
  linear,
  type AttendedHook,
  type AttendedSite,
  type Init,
  type Scope,
  type SiteHooks,
} from "../nn/index.ts";
import { axisSize, concat, expand, padAxis, reshape, slice, tanh, transpose } from "../ops/index.ts";
import { unmergeable, type Merge } from "./merge.ts";
import type { Method } from "./method.ts";
import { oncePerGraph } from "./once-per-graph.ts";
import { VISUAL_EMBEDDING } from "./plan.ts";
import { positiveInteger } from "./positive-integer.ts";

/** The attentions that get prefixes, by what their generators are called. */
const ATTENTIONS = {
  "encoder-self": "encoder.self-attention.attended",
  "decoder-self": "decoder.self-attention.attended",
  "decoder-cross": "decoder.cross-attention.attended",
} as const satisfies Readonly<Record<string, AttendedSite>>;

export const PREFIX_SETTINGS = {
  /** l: rows put before the keys and values of every attention. */
  length: v.optional(positiveInteger, 30),
  /** m: width between the two maps that generate the rows; null = the rows are parameters themselves. */
  middle: v.optional(v.nullable(positiveInteger), 800),
} as const;

export interface PrefixSettings {
  readonly length: number;
  readonly middle: number | null;
}

/** A layer that asks for its prefixes; `width` is that of all heads together. */
interface PrefixCall {
  readonly scope: Scope;
  readonly width: number;
}

/** One layer's rows before its keys and its values, [l, D] each. */
type PrefixSource = (call: PrefixCall) => { readonly key: Tensor; readonly value: Tensor };

const STANDARD_NORMAL: Init = { kind: "normal", deviation: 1 };
const NEAR_ZERO: Init = { kind: "normal", deviation: 0.02 };

/** Torch's own start of a linear map, U(±1/√inputs) for weight and bias, which the original leaves in place here. */
function torchStart(inputs: number): Init {
  return { kind: "uniform", bound: inputs ** -0.5 };
}

function layerOf({ layer, path }: Scope): number {
  if (layer === null) throw new RangeError(`internal: ${path} is in no layer`);
  return layer.index;
}

/**
 * Z = out(tanh(hidden(T))), [l, 2·L·D] for all layers at once; layer i takes its keys from column 2·i·D on, then its
 * values. Quirk: L is the deeper stack's number of layers in every generator, so the other stack leaves outputs unused.
 */
function generatedPrefixes(name: string, length: number, middle: number): PrefixSource {
  const allLayers = oncePerGraph(({ scope, width }: PrefixCall) => {
    const at = scope.shared(`prefix.${name}`);
    const layers = Math.max(scope.depths.encoder, scope.depths.decoder);
    const table = at.parameter("table", [length, width], { of: "vector", role: "weight" }, STANDARD_NORMAL);
    const hidden = tanh(linear(at.at("hidden"), table, middle, { init: torchStart(width) })); // [l, m]
    return linear(at.at("out"), hidden, 2 * layers * width, { init: torchStart(middle) }); // [l, 2·L·D]
  });
  return (call) => {
    const columns = (index: number): Tensor =>
      slice(allLayers(call), { axis: 1, start: index * call.width, length: call.width });
    const first = 2 * layerOf(call.scope);
    return { key: columns(first), value: columns(first + 1) };
  };
}

function ownPrefixes(length: number): PrefixSource {
  return ({ scope, width }) => {
    const rows = (name: string): Tensor =>
      scope.at("prefix").parameter(name, [length, width], { of: "vector", role: "weight" }, NEAR_ZERO);
    return { key: rows("key"), value: rows("value") };
  };
}

/** Rows [l, H·K] as heads before those of `heads` [B, H, S, K] → [B, H, l + S, K]. */
function behindPrefix(rows: Tensor, heads: Tensor): Tensor {
  const [batch, count, width] = [axisSize(heads, 0), axisSize(heads, 1), axisSize(heads, 3)];
  const length = axisSize(rows, 0);
  const split = transpose(reshape(rows, [1, length, count, width]), [0, 2, 1, 3]); // [1, H, l, K]
  return concat([expand(split, [batch, count, length, width]), heads], 2);
}

/** Puts prefixes before keys and values; nothing masks them, and positions add nothing to their scores. */
function prefixHook(length: number, source: PrefixSource): AttendedHook {
  return ({ scope, key, value, bias }) => {
    const width = Number(axisSize(key, 1)) * Number(axisSize(key, 3));
    const prefixes = source({ scope, width });
    return {
      key: behindPrefix(prefixes.key, key),
      value: behindPrefix(prefixes.value, value),
      bias: bias === null ? null : padAxis(bias, { axis: -1, before: length, after: 0 }),
    };
  };
}

/** Prefixes on every attention of both stacks. */
export function prefixHooks({ length, middle }: PrefixSettings): SiteHooks {
  return Object.fromEntries(
    Object.entries(ATTENTIONS).map(([name, site]) => {
      const source = middle === null ? ownPrefixes(length) : generatedPrefixes(name, length, middle);
      return [site, [prefixHook(length, source)]];
    }),
  );
}

export const PREFIX_STAYS: Merge = unmergeable(
  "the prefixes",
  "their keys and values belong to no token, and no weight of the backbone makes such",
);

const PrefixConfig = v.strictObject({ name: v.literal("prefix"), ...PREFIX_SETTINGS });

/** Prefix tuning (Li & Liang 2021), as in the unified framework of He et al. 2022. */
export const prefix: Method<typeof PrefixConfig> = {
  config: PrefixConfig,
  plan: (config) => ({ hooks: prefixHooks(config), unfreeze: [VISUAL_EMBEDDING] }),
  merge: () => PREFIX_STAYS,
};
