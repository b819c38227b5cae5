import type { NameRule } from "./name-rule.ts";

/** Our name of a block, and what the original calls the adapter behind it. */
const PLACES: readonly (readonly [place: string, adapters: readonly string[]])[] = [
  ["(?:self_attn|SelfAttention)", ["attn_adapter", "self_attn_adapter"]],
  ["(?:encoder_attn|EncDecAttention)", ["enc_attn_adapter"]],
  ["(?:fc2|DenseReluDense)", ["ff_adapter"]],
];

function placeNames([place, adapters]: (typeof PLACES)[number]): readonly NameRule[] {
  const rule = (tail: string, key: string): NameRule => [
    new RegExp(`^(.*)\\.${place}\\.pet\\.adapter\\.${tail}$`),
    adapters.map((adapter) => `$1.${adapter}.${key}`),
  ];
  return [
    rule("(down|up)\\.(\\w+)", "adapters.{task}.$2_sampler.$3"),
    rule("(down|up)\\.tasks\\.(\\w+)\\.(\\w+)", "adapters.$3.$2_sampler.$4"),
    rule("(pre|post)_layer_norm\\.(\\w+)", "$2_layer_norm.$3"),
  ];
}

/** Adapters, Compacter and low-rank adapters on the sublayers' outputs, on BART and T5. */
export const ADAPTER_NAMES: readonly NameRule[] = [
  ...PLACES.flatMap(placeNames),
  [/^pet\.phm\.phm_rule$/, ["phm_rule"]],
];
