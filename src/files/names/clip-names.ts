import type { NameRule } from "./name-rule.ts";

/** Where a file has a tensor of CLIP's image encoder. */
export interface ClipKeys {
  /** Several are stacked along the first axis. */
  readonly keys: readonly string[];
  /** Whether the file holds the matrix the other way round. */
  readonly isTransposed: boolean;
}

/** Our names, which are OpenAI's behind `visual.`, and those of Hugging Face's CLIP. */
const HUGGING_FACE: readonly NameRule[] = [
  [/^conv1\.weight$/, ["embeddings.patch_embedding.weight"]],
  [/^class_embedding$/, ["embeddings.class_embedding"]],
  [/^positional_embedding$/, ["embeddings.position_embedding.weight"]],
  [/^ln_pre\.(\w+)$/, ["pre_layrnorm.$1"]], // spelled so there
  [/^ln_post\.(\w+)$/, ["post_layernorm.$1"]],
  [/^transformer\.resblocks\.(\d+)\.ln_([12])\.(\w+)$/, ["encoder.layers.$1.layer_norm$2.$3"]],
  [
    /^transformer\.resblocks\.(\d+)\.attn\.in_proj_(\w+)$/,
    [
      "encoder.layers.$1.self_attn.q_proj.$2",
      "encoder.layers.$1.self_attn.k_proj.$2",
      "encoder.layers.$1.self_attn.v_proj.$2",
    ],
  ],
  [/^transformer\.resblocks\.(\d+)\.attn\.out_proj\.(\w+)$/, ["encoder.layers.$1.self_attn.out_proj.$2"]],
  [/^transformer\.resblocks\.(\d+)\.mlp\.c_fc\.(\w+)$/, ["encoder.layers.$1.mlp.fc1.$2"]],
  [/^transformer\.resblocks\.(\d+)\.mlp\.c_proj\.(\w+)$/, ["encoder.layers.$1.mlp.fc2.$2"]],
];

/** CLIP as a whole, its image encoder alone, the original's wrapper of it, and the wrapper's wrapper. */
const OPENAI_PREFIXES = ["visual.", "", "model.visual.", "vis_encoder.model.visual."] as const;
const WRAPPERS = ["", "module.", "model.", "clip."] as const;

/**
 * The keys under which a file holds a tensor of CLIP's image encoder: `name` is OpenAI's without `visual.`. Null when the
 * file does not have it.
 */
export function clipKeys(name: string, has: (key: string) => boolean): ClipKeys | null {
  for (const wrapper of WRAPPERS) {
    const known = OPENAI_PREFIXES.map((prefix) => `${wrapper}${prefix}${name}`).find(has);
    if (known !== undefined) return { keys: [known], isTransposed: false };
    if (name === "proj" && has(`${wrapper}visual_projection.weight`)) {
      return { keys: [`${wrapper}visual_projection.weight`], isTransposed: true };
    }
    for (const [pattern, templates] of HUGGING_FACE) {
      if (!pattern.test(name)) continue;
      const keys = templates.map((key) => `${wrapper}vision_model.${name.replace(pattern, key)}`);
      if (keys.every(has)) return { keys, isTransposed: false };
    }
  }
  return null;
}
