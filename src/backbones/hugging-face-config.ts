import { BART_TOKENS, type BartConfig } from "./bart/config.ts";
import type { BackboneConfig } from "./index.ts";
import { T5_NORM, T5_TOKENS, type T5Config } from "./t5/config.ts";

type HuggingFaceConfig = Readonly<Record<string, unknown>>;

function bartJson(config: BartConfig): HuggingFaceConfig {
  const { pad, bos, eos, decoderStart } = BART_TOKENS;
  return {
    model_type: "bart",
    architectures: ["BartForConditionalGeneration"],
    d_model: config.width,
    encoder_layers: config.encoderLayers,
    decoder_layers: config.decoderLayers,
    encoder_attention_heads: config.heads,
    decoder_attention_heads: config.heads,
    encoder_ffn_dim: config.ffnWidth,
    decoder_ffn_dim: config.ffnWidth,
    max_position_embeddings: config.maxPositions,
    vocab_size: config.vocabulary,
    dropout: config.dropRate,
    attention_dropout: config.dropRate,
    activation_dropout: config.dropRate,
    activation_function: "gelu",
    scale_embedding: false,
    is_encoder_decoder: true,
    pad_token_id: pad,
    bos_token_id: bos,
    eos_token_id: eos,
    decoder_start_token_id: decoderStart,
    forced_eos_token_id: eos,
  };
}

function t5Json(config: T5Config): HuggingFaceConfig {
  const { pad, eos, decoderStart } = T5_TOKENS;
  return {
    model_type: "t5",
    architectures: ["T5ForConditionalGeneration"],
    d_model: config.width,
    num_layers: config.encoderLayers,
    num_decoder_layers: config.decoderLayers,
    num_heads: config.heads,
    d_kv: config.headWidth,
    d_ff: config.ffnWidth,
    vocab_size: config.vocabulary,
    relative_attention_num_buckets: config.relativeBuckets,
    relative_attention_max_distance: config.relativeDistance,
    dropout_rate: config.dropRate,
    layer_norm_epsilon: T5_NORM.epsilon,
    feed_forward_proj: "relu",
    tie_word_embeddings: true,
    is_encoder_decoder: true,
    pad_token_id: pad,
    eos_token_id: eos,
    decoder_start_token_id: decoderStart,
  };
}

/** The `config.json` in Hugging Face's format of a backbone; its vocabulary counts the added tokens. */
export function huggingFaceConfig(config: BackboneConfig): HuggingFaceConfig {
  return config.name === "bart" ? bartJson(config) : t5Json(config);
}

/** A parameter's key in the model that `architectures` names. */
export function huggingFaceKey({ name }: BackboneConfig, path: string): string {
  return name === "bart" && path !== "final_logits_bias" ? `model.${path}` : path;
}
