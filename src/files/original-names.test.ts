import { describe, expect, it } from "vitest";
import type { Parameter } from "../nn/index.ts";
import { Graph } from "../graph/index.ts";
import { originalKeys } from "./original-names.ts";

function parameter(path: string): Parameter {
  return {
    path,
    shape: [1],
    traits: { owner: "pet", part: "decoder", of: "linear", role: "weight" },
    init: { kind: "constant", value: 0 },
    tensor: new Graph().parameter(path, [1]),
  };
}

const BART = "model.decoder.layers.1";

/** Our path, and the keys of a file that hold it. */
const NAMES: readonly (readonly [string, ...string[]])[] = [
  [
    "encoder.layers.0.self_attn.pet.adapter.down.weight",
    "module.model.encoder.layers.0.attn_adapter_multihead_down.0.weight",
    "module.model.encoder.layers.0.attn_adapter_multihead_down.1.weight",
  ],
  ["encoder.layers.0.fc2.pet.gate.bias", "model.encoder.layers.0.encoder_ff_adapter_gating_layernorm.bias"],
  [
    "encoder.block.3.layer.1.DenseReluDense.pet.gate",
    "encoder.block.3.layer.1.encoder_ff_adapter_gating_middle_ia3_add",
  ],
  [
    "decoder.layers.1.self_attn.pet.adapter.up.bias",
    `${BART}.decoder_self_attn_adapter.adapters.gqa.up_sampler.bias`,
  ],
  [
    "decoder.layers.1.encoder_attn.pet.adapter.down.weight",
    `${BART}.enc_attn_adapter_multihead_down.0.weight`,
    `${BART}.enc_attn_adapter_multihead_down.1.weight`,
    `${BART}.enc_attn_adapter_multihead_down.2.weight`,
  ],
  [
    "decoder.layers.1.encoder_attn.v_proj.pet.adapter.up.phm_rule",
    `${BART}.encoder_attn.attn_value_parallel_adapter.adapters.vqa.up_sampler.phm_rule`,
  ],
  [
    "decoder.block.1.layer.1.EncDecAttention.v.pet.adapter.down.tasks.vqa.weight",
    "decoder.block.1.layer.1.EncDecAttention.attn_value_parallel_adapter.adapters.vqa.down_sampler.weight",
  ],
  ["decoder.layers.1.fc2.pet.adapter.up.weight", `${BART}.ff_adapter_multihead_up.weight`],
  [
    "decoder.layers.1.encoder_attn.pet.gate.up.weight",
    `${BART}.decoder_enc_attn_adapter_gating_large_x_up.weight`,
  ],
  [
    "decoder.layers.1.encoder_attn.v_proj.pet.gate.down.bias",
    `${BART}.encoder_attn.decoder_enc_attn_value_sequential_adapter_gating_large_x_down.bias`,
  ],
  [
    "decoder.layers.1.encoder_attn.states.pet.adapter.up.weight",
    `${BART}.decoder_enc_attn_key_value_adapter.adapters.gqa.up_sampler.weight`,
  ],
  ["decoder.layers.1.fc1.pet.scale", `${BART}.decoder_ff_ia3`],
  ["pet.prefix.decoder-cross.out.weight", "prompt_model.control_trans2.2.weight"],
  ["encoder.layers.4.self_attn.pet.prefix.value", "prompt_model.encoder_attn_value.4.weight"],
  [
    "encoder.layers.4.fc2.pet.parallel.up.bias",
    "pretrained_model.model.encoder.layers.4.ef_ffn_adapter.up_proj.bias",
  ],
  [
    "encoder.visual_embedding.feat_embedding.1.weight",
    "model.encoder.visual_embedding.visual_projector_layer_norm.weight",
  ],
  ["encoder.layers.0.fc1.weight", "encoder.layers.0.fc1.weight"],
  [
    "decoder.layers.1.self_attn.pet.adapter.down.tasks.gqa.weight",
    `${BART}.self_attn_adapter.adapters.gqa.down_sampler.weight`,
  ],
  [
    "encoder.block.2.layer.0.SelfAttention.pet.adapter.up.W_left",
    "encoder.block.2.layer.0.attn_adapter.adapters.vqa.up_sampler.W_left",
  ],
  [
    "decoder.layers.1.encoder_attn.pet.adapter.post_layer_norm.bias",
    `${BART}.enc_attn_adapter.post_layer_norm.bias`,
  ],
  ["pet.phm.phm_rule", "module.phm_rule"],
  ["pet.hyperformer.tasks.nlvr.embedding", "model.shared_task_embed.task_to_embeddings.nlvr"],
  [
    "pet.hyperformer.decoder.cross-attention.up.bias.weight",
    "decoder.adapter_layers_hyper_net.cross_attention_up_sampler_hyper_net.bias_generator.0.weight",
  ],
  [
    "pet.hyperformer.encoder.down.weight.bias",
    "model.encoder.adapter_layers_hyper_net.down_sampler_hyper_net.weight_generator.0.bias",
  ],
  [
    "pet.hyperformer.encoder.blocks.weight",
    "model.encoder.adapter_layers_hyper_net.adapters_block_type.weight",
  ],
  ["decoder.layers.1.self_attn.q_proj.pet.lora.up.weight", `${BART}.self_attn.q_proj.lora_Bs.gqa`],
  [
    "decoder.layers.1.encoder_attn.v_proj.pet.lora.down.tasks.gqa.weight",
    `${BART}.encoder_attn.v_proj.lora_As.gqa`,
  ],
  ["encoder.pet.prompt.table.weight", "model.encoder.prompt_modules.prompts.vqa.prefix_embedding.0.weight"],
  ["decoder.pet.prompt.tasks.gqa.up.bias", "model.prompt_modules.prompts.gqa.prefix_embedding.3.bias"],
];

describe("originalKeys", () => {
  it.each(NAMES)("finds %s", (path, ...keys) => {
    expect(originalKeys(parameter(path), (key) => keys.includes(key), ["vqa", "gqa"])).toEqual(keys);
  });

  it("finds nothing where the file has something else", () => {
    const other = parameter("decoder.layers.1.encoder_attn.v_proj.pet.sequential.down.weight");
    expect(originalKeys(other, (key) => key.includes("value_parallel_adapter"), ["vqa"])).toEqual([]);
  });
});
