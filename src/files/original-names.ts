import type { Parameter } from "../nn/index.ts";

/**
 * The original's names of our parameters (spec/checkpoints.md). A pattern over our path gives templates of original
 * keys, without the family's prefix; `{task}` stands for any task, `{head}` for 0, 1, …: those tensors are stacked
 * along the first axis, because the original stores a multi-head down projection in pieces.
 */
const RULES: readonly (readonly [RegExp, readonly string[]])[] = [
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

/** Prefixes under which a key may stand: distributed wrapper, BART's model attribute, none. */
const PREFIXES = ["", "model.", "module.", "module.model."] as const;

function templates({ path }: Parameter): readonly string[] {
  const own = RULES.flatMap(([pattern, keys]) =>
    pattern.test(path) ? keys.map((key) => path.replace(pattern, key)) : [],
  );
  return own.length > 0 ? own : [path];
}

/** All keys that fill a template, in head order; empty when there is none. */
function keysOf(
  template: string,
  has: (key: string) => boolean,
  tasks: readonly string[],
): readonly string[] {
  const task = template.includes("{task}") ? tasks.find((name) => has(filled(template, name, 0))) : "";
  if (task === undefined) return [];
  if (!template.includes("{head}")) return has(filled(template, task, 0)) ? [filled(template, task, 0)] : [];
  const single = template.replace(".{head}", "");
  if (has(single)) return [single];
  const keys: string[] = [];
  while (has(filled(template, task, keys.length))) keys.push(filled(template, task, keys.length));
  return keys;
}

function filled(template: string, task: string, head: number): string {
  return template.replace("{task}", task).replace("{head}", `${head}`);
}

/**
 * The keys of a file that hold a parameter under the original's (or Hugging Face's) names: one, or several to be
 * stacked along the first axis; empty when the file does not have it.
 */
export function originalKeys(
  parameter: Parameter,
  has: (key: string) => boolean,
  tasks: readonly string[],
): readonly string[] {
  for (const template of templates(parameter)) {
    for (const prefix of PREFIXES) {
      const keys = keysOf(`${prefix}${template}`, has, tasks);
      if (keys.length > 0) return keys;
    }
  }
  return [];
}
