import type { NameRule } from "./name-rule.ts";

/** A bottleneck on the output of a decoder sublayer; the original has it as a controller of its own or as stacked heads. */
function outputNames(place: string, kind: string): NameRule {
  return [
    new RegExp(`^(.*\\bdecoder\\..*)\\.${place}\\.pet\\.adapter\\.(down|up)\\.(\\w+)$`),
    [`$1.decoder_${kind}_adapter.adapters.{task}.$2_sampler.$3`, `$1.${kind}_adapter_multihead_$2.{head}.$3`],
  ];
}

/** VL-PET's decoder modules: at the cross-attention's value on BART and T5, elsewhere on BART. */
export const DECODER_MODULE_NAMES: readonly NameRule[] = [
  [
    /^(.*\.(?:encoder_attn|EncDecAttention))\.(?:v_proj|v)\.pet\.adapter\.(down|up)\.(\w+)$/,
    ["$1.attn_value_parallel_adapter.adapters.{task}.$2_sampler.$3"],
  ],
  [
    /^(.*\.encoder_attn)\.v_proj\.pet\.sequential\.(down|up)\.(\w+)$/,
    ["$1.enc_attn_value_sequential_adapter.adapters.{task}.$2_sampler.$3"],
  ],
  [
    /^(.*\.encoder_attn)\.v_proj\.pet\.gate\.(down|up)\.(\w+)$/,
    ["parallel", "sequential"].map(
      (kind) => `$1.decoder_enc_attn_value_${kind}_adapter_gating_large_x_$2.$3`,
    ),
  ],
  [
    /^(.*)\.encoder_attn\.states\.pet\.adapter\.(down|up)\.(\w+)$/,
    ["$1.decoder_enc_attn_key_value_adapter.adapters.{task}.$2_sampler.$3"],
  ],
  outputNames("self_attn", "self_attn"),
  outputNames("encoder_attn", "enc_attn"),
  outputNames("fc2", "ff"),
  [/^(.*)\.encoder_attn\.pet\.gate\.(down|up)\.(\w+)$/, ["$1.decoder_enc_attn_adapter_gating_large_x_$2.$3"]],
];
