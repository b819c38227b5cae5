import type { NameRule } from "./name-rule.ts";

/** What the original calls each generator's table and maps, and each flat prefix. */
const GENERATORS = {
  "encoder-self": { table: "wte_enc", maps: "control_trans_enc" },
  "decoder-self": { table: "wte", maps: "control_trans" },
  "decoder-cross": { table: "wte2", maps: "control_trans2" },
} as const;

const FLAT = {
  "encoder\\.layers\\.(\\d+)\\.self_attn": "encoder_attn",
  "decoder\\.layers\\.(\\d+)\\.self_attn": "decoder_self_attn",
  "decoder\\.layers\\.(\\d+)\\.encoder_attn": "decoder_cross_attn",
} as const;

/** Prefix tuning, parallel adapter and MAM, on BART; the wrapper's prefix of the language model is taken off elsewhere. */
export const MAM_NAMES: readonly NameRule[] = [
  [/^(.*)\.fc2\.pet\.parallel\.(down|up)\.(\w+)$/, ["$1.ef_ffn_adapter.$2_proj.$3"]],
  ...Object.entries(GENERATORS).flatMap(([name, { table, maps }]): readonly NameRule[] => [
    [new RegExp(`^pet\\.prefix\\.${name}\\.table$`), [`prompt_model.${table}.weight`]],
    [new RegExp(`^pet\\.prefix\\.${name}\\.hidden\\.(\\w+)$`), [`prompt_model.${maps}.0.$1`]],
    [new RegExp(`^pet\\.prefix\\.${name}\\.out\\.(\\w+)$`), [`prompt_model.${maps}.2.$1`]],
  ]),
  ...Object.entries(FLAT).map(([place, name]): NameRule => [
    new RegExp(`^${place}\\.pet\\.prefix\\.(key|value)$`),
    [`prompt_model.${name}_$2.$1.weight`],
  ]),
];
