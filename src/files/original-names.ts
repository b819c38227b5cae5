import type { Parameter } from "../nn/index.ts";
import { ADAPTER_NAMES } from "./names/adapter-names.ts";
import { DECODER_MODULE_NAMES } from "./names/decoder-module-names.ts";
import { HYPERFORMER_NAMES } from "./names/hyperformer-names.ts";
import { IA3_NAMES } from "./names/ia3-names.ts";
import { MAM_NAMES } from "./names/mam-names.ts";
import { LORA_NAMES } from "./names/lora-names.ts";
import { LST_NAMES } from "./names/lst-names.ts";
import type { NameRule } from "./names/name-rule.ts";
import { PROMPT_NAMES } from "./names/prompt-names.ts";
import { VISUAL_PROJECTOR_NAMES } from "./names/visual-projector-names.ts";
import { VL_PET_NAMES } from "./names/vl-pet-names.ts";

/** All methods' names; a path that no rule knows keeps its own, which is the Hugging Face one. */
const RULES: readonly NameRule[] = [
  ...VL_PET_NAMES,
  ...DECODER_MODULE_NAMES,
  ...IA3_NAMES,
  ...ADAPTER_NAMES,
  ...HYPERFORMER_NAMES,
  ...LORA_NAMES,
  ...LST_NAMES,
  ...PROMPT_NAMES,
  ...MAM_NAMES,
  ...VISUAL_PROJECTOR_NAMES,
];

/** Prefixes under which a key may stand: none, BART's model attribute, distributed wrapper, MAM's wrapper. */
const PREFIXES = [
  "",
  "model.",
  "module.",
  "module.model.",
  "pretrained_model.",
  "pretrained_model.model.",
] as const;

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
