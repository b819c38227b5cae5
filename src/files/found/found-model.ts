import type { OriginalHeads } from "../original-form.ts";
import type { TensorFile } from "../tensor-data.ts";
import { foundAdapters } from "./found-adapters.ts";
import { foundBackbone, type FoundSettings } from "./found-backbone.ts";
import { foundPrefix, foundPrompt } from "./found-prompts.ts";
import { foundTasks } from "./found-share.ts";
import { foundHeads, foundVlPet } from "./found-vl-pet.ts";
import { foundHyperformer, foundIa3, foundLora, foundLst } from "./found-weights.ts";
import { stateKeys, type StateKeys } from "./state-keys.ts";

/** What a checkpoint of the original says of its model by names and shapes alone. */
export interface FoundModel {
  readonly backbone: FoundSettings;
  readonly pet: FoundSettings;
  /** Tasks that modules stand for; empty when the method has none of its own for each. */
  readonly tasks: readonly string[];
  readonly heads: OriginalHeads;
  /** Settings that the file does not give away. */
  readonly unsaid: readonly string[];
}

/** Each method's mark, in the order in which they are looked for. */
const FINDERS: readonly ((keys: StateKeys) => FoundSettings | null | Promise<FoundSettings | null>)[] = [
  foundHyperformer,
  foundLst,
  foundLora,
  foundPrefix,
  foundPrompt,
  foundAdapters,
  foundIa3,
  foundVlPet,
];

/** Settings of each method that are numbers of the program and not of the file. */
const UNSAID: Readonly<Record<string, readonly string[]>> = {
  "vl-pet": ["scale", "deltaScale", "decoderScale", "gateMode", "norms", "valueResidual"],
  adapter: ["scale", "norms"],
  compacter: ["scale", "norms"],
  "low-rank-adapter": ["scale", "norms"],
  hyperformer: ["norms"],
  lora: ["alpha"],
  ia3: ["value", "ffn"],
  "parallel-adapter": ["scale"],
  mam: ["scale"],
  lst: ["encoderLayers", "decoderLayers", "temperature"],
  full: ["name"],
};

async function foundPet(keys: StateKeys): Promise<FoundSettings> {
  for (const find of FINDERS) {
    const found = await find(keys);
    if (found !== null) return found;
  }
  return { name: "full" }; // without modules nothing tells which of the plain parameters were trained
}

/**
 * Recognises the model of a checkpoint that the original saved. Throws kind "checkpoint" when it is none.
 *
 * @example
 * const { backbone, pet, unsaid } = await foundModel(await openTensors("LAST.pth"));
 */
export async function foundModel(file: TensorFile): Promise<FoundModel> {
  const keys = stateKeys(file);
  const backbone = foundBackbone(keys, file.file);
  const pet = await foundPet(keys);
  const projector = keys.texts(/\.visual_projector_multihead_down\.(\d+)\./).length;
  const headWidths = backbone.name === "bart" ? ["backbone.heads"] : [];
  const gate = pet["granularity"] === "none" ? ["granularity"] : []; // a norm without weights leaves no name
  return {
    backbone,
    pet,
    tasks: foundTasks(keys),
    heads: { down: foundHeads(keys, "down"), up: foundHeads(keys, "up"), projector: Math.max(1, projector) },
    unsaid: [...headWidths, ...[...gate, ...(UNSAID[pet.name] ?? [])].map((setting) => `pet.${setting}`)],
  };
}
