/** Into how many heads the original's file cuts a map that the model has whole; null = it does not. */
export interface OriginalHeads {
  /** The encoder modules' down maps. */
  readonly down: number | null;
  /** The encoder modules' up maps. */
  readonly up: number | null;
  /** The low-rank visual projector's down map. */
  readonly projector: number;
}

/** As the original's scripts have it. */
export const ORIGINAL_HEADS: OriginalHeads = { down: 4, up: null, projector: 1 };

/** What decides which of several names the original gives a parameter, and what its files repeat. */
export interface OriginalForm {
  readonly backbone: { readonly name: string; readonly imageSlots: number; readonly projector: unknown };
  readonly pet: Readonly<Record<string, unknown>> & { readonly name: string };
  /** Modules that tasks share stand in the file once for each of them. */
  readonly tasks: readonly string[];
  readonly heads: OriginalHeads;
}

/** Methods of the original's other code base, which wraps the language model. */
const WRAPPED = new Set(["prefix", "parallel-adapter", "mam"]);
const ADAPTERS = new Set(["adapter", "compacter", "low-rank-adapter", "transfer"]);

/** What the original calls the gate of a granularity. */
const GATES: Readonly<Record<string, string>> = {
  large: "large_x",
  "large-full-rank": "large_x",
  middleX: "middle_xy_add",
  middleY: "middle_ia3_add",
  small: "small_xy_cat",
  "layer-norm": "layernorm",
};

/** Prefix of a name without one, in files of this form. */
function prefixOf(name: string, { backbone, pet }: OriginalForm): string {
  if (name === "phm_rule" || name.startsWith("prompt_model.")) return "";
  const wrapper = WRAPPED.has(pet.name) ? "pretrained_model." : "";
  return backbone.name === "bart" && name !== "final_logits_bias" ? `${wrapper}model.` : wrapper;
}

/** A key without the prefixes under which a model's names may stand. */
export function bareName(key: string): string {
  return key.replace(/^(?:module\.)?(?:pretrained_model\.)?(?:model\.)?/, "");
}

function isGateOf(name: string, { pet }: OriginalForm): boolean {
  const [, sublayer, gate = ""] = /\.encoder_(attn|ff)_adapter_gating_(\w+)/.exec(name) ?? [];
  if (sublayer === undefined) return true;
  const granularity = (sublayer === "ff" ? pet["ffnGranularity"] : null) ?? pet["granularity"];
  return GATES[String(granularity)] === gate.replace(/_(?:down|up)$/, "");
}

function isAt(place: string, { pet }: OriginalForm): boolean {
  return Array.isArray(pet["decoderPlaces"]) && pet["decoderPlaces"].includes(place);
}

/** Names that stand in files of some forms only. */
const CHOICES: readonly (readonly [name: RegExp, isBuilt: (form: OriginalForm) => boolean])[] = [
  [/\.(?:self_attn|attn|enc_attn|ff)_adapter\.adapters\./, ({ pet }) => ADAPTERS.has(pet.name)],
  [/^decoder\.layers\..*\.attn_adapter\./, () => false],
  [/^(?:encoder\.layers|.*\.block)\..*\.self_attn_adapter\./, () => false],
  [/\.decoder_(?:self_attn|enc_attn|ff)_adapter\.adapters\./, ({ pet }) => pet.name === "vl-pet"],
  [/\.(?:self_attn|attn|enc_attn|ff)_adapter_multihead_/, ({ pet }) => pet.name === "vl-pet"],
  [/^decoder\..*_adapter_multihead_/, () => false],
  [/\.decoder_enc_attn_value_parallel_adapter_gating_/, (form) => isAt("value", form)],
  [/\.decoder_enc_attn_value_sequential_adapter_gating_/, (form) => isAt("value-sequential", form)],
  [/\.visual_projector_layer_norm\./, ({ backbone }) => backbone.projector !== null],
  [/\.visual_embedding\.feat_embedding\.1\./, ({ backbone }) => backbone.projector === null],
];

/** The heads of a multi-head map; undefined for names of no such map. */
function headsOf(name: string, { heads }: OriginalForm): number | null | undefined {
  if (name.includes(".visual_projector_multihead_down.")) return heads.projector;
  if (name.includes(".visual_projector_multihead_up.")) return null;
  if (name.includes("_adapter_multihead_down.")) return heads.down;
  if (name.includes("_adapter_multihead_up.")) return heads.up;
  return undefined;
}

function isCutRight(name: string, form: OriginalForm): boolean {
  const heads = headsOf(name, form);
  if (heads === undefined) return true;
  const [, head] = /_multihead_(?:down|up)\.(\d+)\./.exec(name) ?? [];
  return heads === null ? head === undefined : head !== undefined && Number(head) < heads;
}

/** Whether a file of the original of this form has a parameter under this key. */
export function isOriginalKey(key: string, form: OriginalForm): boolean {
  const name = bareName(key);
  return (
    key === `${prefixOf(name, form)}${name}` &&
    isGateOf(name, form) &&
    isCutRight(name, form) &&
    CHOICES.every(([pattern, isBuilt]) => !pattern.test(name) || isBuilt(form))
  );
}
