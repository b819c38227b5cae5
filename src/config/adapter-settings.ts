import type { AdapterConfig } from "../train/adapter-folder.ts";
import { adapterModel } from "./adapter-model.ts";
import type { RunConfig } from "./run-config.ts";

/**
 * A configuration with what trained weights say of their model: method, sizes, prompts, seed. With a backbone folder
 * the sizes stay the folder's own, so that weights of another backbone are found out.
 *
 * @throws VlPetError "checkpoint" when `stored` (read from `where`) does not describe a model.
 */
export function withAdapter(config: RunConfig, stored: AdapterConfig, where: string): RunConfig {
  const { backbone, pet } = adapterModel(stored, where);
  const { featureWidth, dropRate, imageSlots, projector } = backbone;
  const sizes =
    config.backbone.folder === null ? backbone : { featureWidth, dropRate, imageSlots, projector };
  return {
    ...config,
    backbone: { ...config.backbone, ...sizes },
    pet,
    visual: { ...config.visual, regions: stored.regions, frames: stored.frames ?? config.visual.frames },
    prompts: Object.values(stored.prompts).some((prompt) => prompt !== ""),
    training: { ...config.training, seed: stored.seed },
  };
}
