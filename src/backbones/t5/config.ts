import * as v from "valibot";
import { ZEROS, type AttentionKind, type Init, type InitRule, type NormKind } from "../../nn/index.ts";
import type { FfnStarts, LayerNames } from "../family.ts";
import { VISUAL_SETTINGS } from "../visual-settings.ts";

const size = v.pipe(v.number(), v.integer(), v.minValue(1));
const rate = v.pipe(v.number(), v.minValue(0), v.ltValue(1));

/** Sizes and rates of a VL-T5; the defaults are t5-base with the original's vocabulary of 32200 pieces. */
export const T5Config = v.strictObject({
  name: v.literal("t5"),
  width: v.optional(size, 768),
  vocabulary: v.optional(size, 32200),
  encoderLayers: v.optional(size, 12),
  decoderLayers: v.optional(size, 12),
  heads: v.optional(size, 12),
  /** Unlike BART's, heads times their width need not be the model's width. */
  headWidth: v.optional(size, 64),
  ffnWidth: v.optional(size, 3072),
  /** Rows of the tables of relative positions; a multiple of 4, because the encoder halves them twice. */
  relativeBuckets: v.optional(v.pipe(size, v.multipleOf(4)), 32),
  /** Distance from which on all share the last bucket. */
  relativeDistance: v.optional(size, 128),
  ...VISUAL_SETTINGS,
  /** Further layers of the visual projector, each linear, ReLU and norm. */
  visualLayers: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  /** All dropouts: embeddings, attention weights, FFN activation, sublayer outputs, final norms. */
  dropRate: v.optional(rate, 0.1),
});
export type T5Config = v.InferOutput<typeof T5Config>;

export const T5_TOKENS = { pad: 0, bos: null, eos: 1, decoderStart: 0 } as const;
export const T5_NORM: NormKind = { kind: "rms", epsilon: 1e-6 };

/**
 * Linear maps that are new to T5 as torch starts them, weight and bias uniform in ±1/√(fan-in); tables ~ N(0, 1); norms
 * 1; generators of weights ~ N(0, 0.01²) without biases. (Original: modeling_t5.py, _init_weights, which leaves these
 * maps as they were made; those of T5's own blocks have starts of their own.)
 */
export const t5Init: InitRule = ({ of, role, fanIn }) => {
  if (of === "generator") return role === "bias" ? ZEROS : { kind: "normal", deviation: 0.01 };
  if (of === "norm") return { kind: "constant", value: 1 };
  if (of === "embedding") return { kind: "normal", deviation: 1 };
  if (fanIn !== undefined) return { kind: "uniform", bound: fanIn ** -0.5 };
  return { kind: "normal", deviation: 0.02 }; // vectors, which the original's methods draw so on either backbone
};

function normal(fanIn: number): Init {
  return { kind: "normal", deviation: fanIn ** -0.5 };
}

/** T5 folds K^-½ into the start of its query projection instead of scaling the scores. */
export function t5Attention({ width, heads, headWidth, dropRate }: T5Config): AttentionKind {
  const names = { query: "q", key: "k", value: "v", out: "o" };
  const starts = {
    query: normal(width * headWidth),
    key: normal(width),
    value: normal(width),
    out: normal(heads * headWidth),
  };
  return { heads, headWidth, names, bias: false, scaled: false, starts, dropRate };
}

export function t5FfnStarts({ width, ffnWidth }: T5Config): FfnStarts {
  return { first: normal(width), last: normal(ffnWidth) };
}

function layerNames(ffn: number): LayerNames {
  return {
    selfAttention: "layer.0.SelfAttention",
    selfAttentionNorm: "layer.0.layer_norm",
    crossAttention: "layer.1.EncDecAttention",
    crossAttentionNorm: "layer.1.layer_norm",
    ffnFirst: `layer.${ffn}.DenseReluDense.wi`,
    ffnLast: `layer.${ffn}.DenseReluDense.wo`,
    ffn: `layer.${ffn}.DenseReluDense`,
    ffnNorm: `layer.${ffn}.layer_norm`,
  };
}

/** The encoder's layers have two blocks, the decoder's three. */
export const T5_LAYERS = { encoder: layerNames(1), decoder: layerNames(2) } as const;
