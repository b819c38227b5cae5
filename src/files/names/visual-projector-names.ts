import type { NameRule } from "./name-rule.ts";

/** The visual projector in low rank, and the norm behind it, which has another name then. */
export const VISUAL_PROJECTOR_NAMES: readonly NameRule[] = [
  [
    /^(.*\.visual_embedding)\.feat_embedding\.0\.(down|up)\.(\w+)$/,
    ["$1.visual_projector_multihead_$2.{head}.$3"],
  ],
  [
    /^(.*\.visual_embedding)\.feat_embedding\.0\.gate\.(down|up)\.(\w+)$/,
    ["$1.visual_projector_gating_large_x_$2.$3"],
  ],
  [
    /^(.*\.visual_embedding)\.feat_embedding\.1\.(\w+)$/,
    ["$1.feat_embedding.1.$2", "$1.visual_projector_layer_norm.$2"],
  ],
];
