import type { NameRule } from "./name-rule.ts";

/** Names of the modules at one kind of encoder sublayer; `place` is what the sublayer's last map is called. */
function sublayerNames(kind: "attn" | "ff", place: string): readonly NameRule[] {
  const rule = (tail: string, ...keys: readonly string[]): NameRule => [
    new RegExp(`^(.*)\\.(?:${place})\\.pet\\.${tail}$`),
    keys.map((key) => `$1.${key}`),
  ];
  const gate = `encoder_${kind}_adapter_gating`;
  const single = ["middle_xy_add", "small_xy_cat", "large_x", "layernorm"];
  return [
    rule("adapter\\.(down|up)\\.(\\w+)", `${kind}_adapter_multihead_$2.{head}.$3`),
    rule("gate\\.(down|up)\\.(\\w+)", `${gate}_large_x_$2.$3`),
    rule("gate\\.(weight|bias)", ...single.map((name) => `${gate}_${name}.$2`)),
    rule("gate", `${gate}_middle_ia3_add`),
    rule("shifted-gate\\.(down|up)\\.(\\w+)", `encoder_${kind}_gating_large_x_$2.$3`),
  ];
}

/** VL-PET's encoder modules, on BART and T5. */
export const VL_PET_NAMES: readonly NameRule[] = [
  ...sublayerNames("attn", "self_attn|SelfAttention"),
  ...sublayerNames("ff", "fc2|DenseReluDense"),
];
