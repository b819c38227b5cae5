import * as v from "valibot";

const size = v.pipe(v.number(), v.integer(), v.minValue(1));

/**
 * The `config.json` of a BART model in Hugging Face's format, as our settings. Keys that do not decide what is computed
 * are ignored; what this program cannot compute is refused. `vocabulary` is the base vocabulary.
 */
export const HuggingFaceBart = v.pipe(
  v.object({
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
  }),
  v.check(
    (found) =>
      (found.decoder_attention_heads ?? found.encoder_attention_heads) === found.encoder_attention_heads &&
      (found.decoder_ffn_dim ?? found.encoder_ffn_dim) === found.encoder_ffn_dim,
    "as many attention heads and FFN channels in the decoder as in the encoder",
  ),
  v.transform((found) => ({
    width: found.d_model,
    vocabulary: found.vocab_size,
    encoderLayers: found.encoder_layers,
    decoderLayers: found.decoder_layers,
    heads: found.encoder_attention_heads,
    ffnWidth: found.encoder_ffn_dim,
    maxPositions: found.max_position_embeddings,
    dropRate: found.dropout,
  })),
);
