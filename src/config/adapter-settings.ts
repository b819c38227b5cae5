import * as v from "valibot";
import { BackboneConfig } from "../backbones/index.ts";
import { VlPetError } from "../error.ts";
import { PetConfig } from "../pet/index.ts";
import type { AdapterConfig } from "../train/adapter-folder.ts";
import type { RunConfig } from "./run-config.ts";

const Model = v.object({ backbone: BackboneConfig, pet: PetConfig });

/**
 * A configuration with what trained weights say of their model: method, sizes, prompts, seed. With a backbone folder
 * the sizes stay the folder's own, so that weights of another backbone are found out.
 *
 * @throws VlPetError "checkpoint" when `stored` (read from `where`) does not describe a model.
 */
export function withAdapter(config: RunConfig, stored: AdapterConfig, where: string): RunConfig {
  const model = v.safeParse(Model, stored.model);
  if (!model.success) throw undescribed(where, model.issues[0]);
  const { backbone, pet } = model.output;
  const { featureWidth, dropRate, imageSlots, projector } = backbone;
  const sizes =
    config.backbone.folder === null ? backbone : { featureWidth, dropRate, imageSlots, projector };
  return {
    ...config,
    backbone: { ...config.backbone, ...sizes },
    pet,
    visual: { regions: stored.regions },
    prompts: Object.values(stored.prompts).some((prompt) => prompt !== ""),
    training: { ...config.training, seed: stored.seed },
  };
}

function undescribed(where: string, issue: v.BaseIssue<unknown>): VlPetError {
  return new VlPetError("checkpoint", "this adapter does not say what model it belongs to", {
    where,
    expected: `model${issue.path === undefined ? "" : `.${v.getDotPath(issue)}`}: ${issue.expected ?? issue.message}`,
    received: issue.received,
    fix: "copy the adapter's folder again from the run that made it",
  });
}
