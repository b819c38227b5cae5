import { join } from "node:path";
import * as v from "valibot";
import { PetConfig } from "../../src/pet/index.ts";
import { weightsFingerprint, writeAdapter, type AdapterConfig } from "../../src/train/adapter-folder.ts";
import { openAdapterModel, type ModelValues } from "../../src/train/model-values.ts";
import { tinyModel, TASKS, type BackboneName } from "./tiny-model.ts";

/** An adapter on a tiny backbone, written into a folder and opened again. */
export interface TrainedFolder {
  readonly adapter: string;
  readonly config: AdapterConfig;
  readonly backboneFile: string;
  readonly values: ModelValues;
}

/** Writes an adapter of some settings with noisy weights; `folder` has the backbones' files (`writeTinyBackbone`). */
export async function trainedFolder(
  folder: string,
  backbone: BackboneName,
  settings: v.InferInput<typeof PetConfig>,
): Promise<TrainedFolder> {
  const pet = v.parse(PetConfig, settings);
  const { model, trained, weights } = await tinyModel(backbone, pet, folder);
  const backboneFile = join(folder, `${backbone}.safetensors`);
  const config: AdapterConfig = {
    format: "vl-pet-adapter/1",
    model: model.config,
    regions: null,
    seed: 0,
    backboneFingerprint: await weightsFingerprint(backboneFile),
    prompts: Object.fromEntries(TASKS.map((task) => [task, `${task}: `])),
  };
  const adapter = join(folder, "adapter");
  await writeAdapter(adapter, config, trained, weights.trained);
  return { adapter, config, backboneFile, values: await openAdapterModel({ adapter, config, backboneFile }) };
}
