import type { NameRule } from "./name-rule.ts";

const SIDE = "^(encoder|decoder)\\.pet\\.side\\.";

/** Ladder side-tuning's side network, on T5. */
export const LST_NAMES: readonly NameRule[] = [
  [new RegExp(`${SIDE}down\\.(weight|bias)$`), ["$1.side_first_downsample.$2"]],
  [new RegExp(`${SIDE}block\\.(\\d+)\\.down\\.(weight|bias)$`), ["$1.side_downsamples.$2.$3"]],
  [new RegExp(`${SIDE}block\\.(\\d+)\\.gate$`), ["$1.side_gate_params.$2"]],
  [new RegExp(`${SIDE}block\\.(\\d+)\\.(layer\\..*)$`), ["$1.side_block.$2.$3"]],
  [new RegExp(`${SIDE}final_layer_norm\\.weight$`), ["$1.final_side_layer_norm.weight"]],
  [/^decoder\.pet\.side\.up\.(weight|bias)$/, ["side_final_upsample.$1"]],
];
