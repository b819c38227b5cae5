import * as v from "valibot";

const size = v.pipe(v.number(), v.integer(), v.minValue(1));

/**
 * The `config.json` of a T5 model (version 1.0: ReLU, tied head) in Hugging Face's format, as our settings. Keys that
 * do not decide what is computed are ignored; what this program cannot compute is refused. `vocabulary` counts the rows
 * of the token table, which the published models pad to a multiple of 128.
 */
export const HuggingFaceT5 = v.pipe(
  v.object({
    model_type: v.literal("t5"),
    d_model: size,
    num_layers: size,
    num_decoder_layers: v.optional(v.nullable(size)),
    num_heads: size,
    d_kv: size,
    d_ff: size,
    vocab_size: size,
    relative_attention_num_buckets: v.optional(size, 32),
    relative_attention_max_distance: v.optional(size, 128),
    dropout_rate: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1)), 0.1),
    feed_forward_proj: v.optional(v.literal("relu")),
    tie_word_embeddings: v.optional(v.literal(true)),
  }),
  v.transform((found) => ({
    width: found.d_model,
    vocabulary: found.vocab_size,
    encoderLayers: found.num_layers,
    decoderLayers: found.num_decoder_layers ?? found.num_layers,
    heads: found.num_heads,
    headWidth: found.d_kv,
    ffnWidth: found.d_ff,
    relativeBuckets: found.relative_attention_num_buckets,
    relativeDistance: found.relative_attention_max_distance,
    dropRate: found.dropout_rate,
  })),
);
