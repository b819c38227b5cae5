import type { NameRule } from "./name-rule.ts";

/** VL-PET's modules, on BART and T5. */
export const VL_PET_NAMES: readonly NameRule[] = [
  [
    /^(.*)\.(?:self_attn|SelfAttention)\.pet\.adapter\.down\.(\w+)$/,
    ["$1.attn_adapter_multihead_down.{head}.$2"],
  ],
  [
    /^(.*)\.(?:self_attn|SelfAttention)\.pet\.adapter\.up\.(\w+)$/,
    ["$1.attn_adapter_multihead_up.{head}.$2"],
  ],
  [/^(.*)\.(?:fc2|DenseReluDense)\.pet\.adapter\.down\.(\w+)$/, ["$1.ff_adapter_multihead_down.{head}.$2"]],
  [/^(.*)\.(?:fc2|DenseReluDense)\.pet\.adapter\.up\.(\w+)$/, ["$1.ff_adapter_multihead_up.{head}.$2"]],
  [
    /^(.*)\.(?:self_attn|SelfAttention)\.pet\.gate\.(down|up)\.(\w+)$/,
    ["$1.encoder_attn_adapter_gating_large_x_$2.$3"],
  ],
  [
    /^(.*)\.(?:fc2|DenseReluDense)\.pet\.gate\.(down|up)\.(\w+)$/,
    ["$1.encoder_ff_adapter_gating_large_x_$2.$3"],
  ],
  [
    /^(.*)\.(?:self_attn|SelfAttention)\.pet\.gate\.(weight|bias)$/,
    ["$1.encoder_attn_adapter_gating_middle_xy_add.$2", "$1.encoder_attn_adapter_gating_small_xy_cat.$2"],
  ],
  [
    /^(.*)\.(?:fc2|DenseReluDense)\.pet\.gate\.(weight|bias)$/,
    ["$1.encoder_ff_adapter_gating_middle_xy_add.$2", "$1.encoder_ff_adapter_gating_small_xy_cat.$2"],
  ],
  [/^(.*)\.(?:self_attn|SelfAttention)\.pet\.gate$/, ["$1.encoder_attn_adapter_gating_middle_ia3_add"]],
  [/^(.*)\.(?:fc2|DenseReluDense)\.pet\.gate$/, ["$1.encoder_ff_adapter_gating_middle_ia3_add"]],
  [
    /^(.*\.(?:encoder_attn|EncDecAttention))\.(?:v_proj|v)\.pet\.adapter\.(down|up)\.(\w+)$/,
    ["$1.attn_value_parallel_adapter.adapters.{task}.$2_sampler.$3"],
  ],
];
