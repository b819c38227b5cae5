import * as v from "valibot";
import type { AttentionKind, InitRule, NormKind } from "../../nn/index.ts";
import type { LayerNames } from "../family.ts";
import { VISUAL_SETTINGS } from "../visual-settings.ts";

const size = v.pipe(v.number(), v.integer(), v.minValue(1));
const rate = v.pipe(v.number(), v.minValue(0), v.ltValue(1));

/** Sizes and rates of a VL-BART; the defaults are bart-base with the 200 added tokens. */
export const BartConfig = v.strictObject({
  name: v.literal("bart"),
  width: v.optional(size, 768),
  vocabulary: v.optional(size, 50465),
  encoderLayers: v.optional(size, 6),
  decoderLayers: v.optional(size, 6),
  heads: v.optional(size, 12),
  ffnWidth: v.optional(size, 3072),
  /** Rows of the position tables without the two that BART never reads. */
  maxPositions: v.optional(size, 1024),
  ...VISUAL_SETTINGS,
  /** All dropouts: embeddings, attention weights, FFN activation, sublayer outputs. */
  dropRate: v.optional(rate, 0.1),
});
export type BartConfig = v.InferOutput<typeof BartConfig>;

export const BART_TOKENS = { pad: 1, bos: 0, eos: 2, decoderStart: 2 } as const;
export const BART_NORM: NormKind = { kind: "layer", epsilon: 1e-5 };

/** New weights ~ N(0, 0.02²), biases 0, norms 1 and 0 (original: modeling_bart.py, _init_weights). */
export const bartInit: InitRule = ({ of, role }) => {
  if (role === "bias" || role === "buffer") return { kind: "constant", value: 0 };
  if (of === "norm") return { kind: "constant", value: 1 };
  return { kind: "normal", deviation: 0.02 };
};

export function bartAttention(config: BartConfig): AttentionKind {
  const headWidth = config.width / config.heads;
  return {
    heads: config.heads,
    headWidth,
    names: { query: "q_proj", key: "k_proj", value: "v_proj", out: "out_proj" },
    bias: true,
    scaled: true,
    starts: {},
    dropRate: config.dropRate,
  };
}

const LAYER_NAMES: LayerNames = {
  selfAttention: "self_attn",
  selfAttentionNorm: "self_attn_layer_norm",
  crossAttention: "encoder_attn",
  crossAttentionNorm: "encoder_attn_layer_norm",
  ffnFirst: "fc1",
  ffnLast: "fc2",
  ffn: "fc2",
  ffnNorm: "final_layer_norm",
};

export const BART_LAYERS = { encoder: LAYER_NAMES, decoder: LAYER_NAMES } as const;
