import type { NameRule } from "./name-rule.ts";

/** IA3's vectors, on BART. */
export const IA3_NAMES: readonly NameRule[] = [
  [/^(.*\.encoder_attn)\.v_proj\.pet\.scale$/, ["$1.attn_value_ia3"]],
  [/^(.*)\.fc1\.pet\.scale$/, ["$1.decoder_ff_ia3"]],
];
