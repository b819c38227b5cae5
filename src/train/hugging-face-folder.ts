import { existsSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { huggingFaceConfig, huggingFaceKey } from "../backbones/hugging-face-config.ts";
import type { BackboneConfig } from "../backbones/index.ts";
import { VlPetError } from "../error.ts";
import { writeSafetensors, type TensorData } from "../files/safetensors.ts";
import type { Parameter } from "../nn/index.ts";
import { writeJson } from "./adapter-folder.ts";

export const BACKBONE_CONFIG = "config.json";
export const BACKBONE_WEIGHTS = "model.safetensors";

/** Names of weights in Hugging Face's folders, the better format first. */
const WEIGHT_FILES = [BACKBONE_WEIGHTS, "pytorch_model.bin"];

/** Files of tokenizers, which belong to a model as much as its weights. */
const TOKENIZER_FILES = [
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "vocab.json",
  "merges.txt",
  "spiece.model",
];

/** The weights in a folder of Hugging Face's format. Throws kind "checkpoint" when there are none. */
export function weightsFile(folder: string): string {
  const found = WEIGHT_FILES.map((name) => join(folder, name)).find((file) => existsSync(file));
  if (found !== undefined) return found;
  const isSharded = WEIGHT_FILES.some((name) => existsSync(join(folder, `${name}.index.json`)));
  throw new VlPetError("checkpoint", "there are no weights in the backbone's folder", {
    where: folder,
    expected: WEIGHT_FILES.join(" or "),
    ...(isSharded ? { received: "weights in several files" } : {}),
    fix: isSharded
      ? "save the model in one file: save_pretrained(folder, max_shard_size='100GB')"
      : "check backbone.folder; a model on the Hub is written hub:OWNER/NAME",
  });
}

export interface BackboneFolder {
  readonly config: BackboneConfig;
  readonly parameters: readonly Parameter[];
  readonly read: (parameter: Parameter) => Promise<Float32Array>;
  /** A folder whose tokenizer belongs to the model; null = none is copied. */
  readonly tokenizer: string | null;
}

/** Writes a backbone, visual embedding included, as a folder that Hugging Face's library and this one read. */
export async function writeHuggingFaceFolder(folder: string, request: BackboneFolder): Promise<void> {
  const { config, parameters, read, tokenizer } = request;
  await mkdir(folder, { recursive: true });
  const tensors: [string, TensorData][] = [];
  for (const parameter of parameters) {
    if (parameter.traits.owner === "pet") continue;
    const data = Float32Array.from(await read(parameter));
    tensors.push([huggingFaceKey(config, parameter.path), { dtype: "F32", shape: parameter.shape, data }]);
  }
  await writeSafetensors(join(folder, BACKBONE_WEIGHTS), tensors, { format: "pt" });
  await writeJson(join(folder, BACKBONE_CONFIG), huggingFaceConfig(config));
  for (const name of tokenizer === null ? [] : TOKENIZER_FILES) {
    const file = join(tokenizer ?? "", name);
    if (existsSync(file)) await copyFile(file, join(folder, name));
  }
}
