import type { NameRule } from "./name-rule.ts";

/** The maps of a bottleneck at a place, shared by all tasks or not, and the controllers that hold them in the original. */
function controllerNames(place: string, ...controllers: readonly string[]): readonly NameRule[] {
  const rule = (tail: string, key: string): NameRule => [
    new RegExp(`^${place}\\.(down|up)\\.${tail}$`),
    controllers.map((controller) => `$1.${controller}.adapters.${key}`),
  ];
  return [rule("(\\w+)", "{task}.$2_sampler.$3"), rule("tasks\\.(\\w+)\\.(\\w+)", "$3.$2_sampler.$4")];
}

/** A bottleneck on the output of a decoder sublayer: a controller of its own, or stacked heads. */
function outputNames(place: string, kind: string): readonly NameRule[] {
  const path = `(.*\\bdecoder\\..*)\\.${place}\\.pet\\.adapter`;
  return [
    ...controllerNames(path, `decoder_${kind}_adapter`),
    [new RegExp(`^${path}\\.(down|up)\\.(\\w+)$`), [`$1.${kind}_adapter_multihead_$2.{head}.$3`]],
  ];
}

const CROSS = "(.*\\.(?:encoder_attn|EncDecAttention))";

/** VL-PET's decoder modules: at the cross-attention's value on BART and T5, elsewhere on BART. */
export const DECODER_MODULE_NAMES: readonly NameRule[] = [
  ...controllerNames(`${CROSS}\\.(?:v_proj|v)\\.pet\\.adapter`, "attn_value_parallel_adapter"),
  ...controllerNames(`${CROSS}\\.v_proj\\.pet\\.sequential`, "enc_attn_value_sequential_adapter"),
  ...controllerNames("(.*)\\.encoder_attn\\.states\\.pet\\.adapter", "decoder_enc_attn_key_value_adapter"),
  ...outputNames("self_attn", "self_attn"),
  ...outputNames("encoder_attn", "enc_attn"),
  ...outputNames("fc2", "ff"),
  [
    /^(.*\.encoder_attn)\.v_proj\.pet\.gate\.(down|up)\.(\w+)$/,
    ["parallel", "sequential"].map(
      (kind) => `$1.decoder_enc_attn_value_${kind}_adapter_gating_large_x_$2.$3`,
    ),
  ],
  [/^(.*)\.encoder_attn\.pet\.gate\.(down|up)\.(\w+)$/, ["$1.decoder_enc_attn_adapter_gating_large_x_$2.$3"]],
];
