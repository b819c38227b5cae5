import * as v from "valibot";
import type { VISUAL_SETTINGS } from "../visual-settings.ts";
import type { BartConfig } from "./config.ts";

const size = v.pipe(v.number(), v.integer(), v.minValue(1));

/** The `config.json` of a BART model in Hugging Face's format: what decides the program, other keys are ignored. */
export const HuggingFaceBart = v.object({
  model_type: v.literal("bart"),
  d_model: size,
  encoder_layers: size,
  decoder_layers: size,
  encoder_attention_heads: size,
  decoder_attention_heads: v.optional(size),
  encoder_ffn_dim: size,
  decoder_ffn_dim: v.optional(size),
  max_position_embeddings: size,
  vocab_size: size,
  dropout: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0.1),
  activation_function: v.optional(v.literal("gelu")),
  scale_embedding: v.optional(v.literal(false)),
});
export type HuggingFaceBart = v.InferOutput<typeof HuggingFaceBart>;

/** Our settings of such a model. `vocabulary` is the base vocabulary, without tokens added later. */
export type BartSizes = Omit<BartConfig, "name" | keyof typeof VISUAL_SETTINGS>;

/** The settings that a `config.json` gives. */
export function bartSizes(found: HuggingFaceBart): BartSizes {
  return {
    width: found.d_model,
    vocabulary: found.vocab_size,
    encoderLayers: found.encoder_layers,
    decoderLayers: found.decoder_layers,
    heads: found.encoder_attention_heads,
    ffnWidth: found.encoder_ffn_dim,
    maxPositions: found.max_position_embeddings,
    dropRate: found.dropout,
  };
}

/** Sizes that both stacks must share here, where a `config.json` gives each its own; null when they agree. */
export function unequalStacks(found: HuggingFaceBart): string | null {
  const { encoder_attention_heads: heads, encoder_ffn_dim: ffn } = found;
  if ((found.decoder_attention_heads ?? heads) !== heads) return "attention_heads";
  return (found.decoder_ffn_dim ?? ffn) === ffn ? null : "ffn_dim";
}
