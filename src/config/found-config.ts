import * as v from "valibot";
import type { FoundModel } from "../train/found-original.ts";
import type { ModelConfig } from "../train/model.ts";
import { backboneConfig } from "./backbone-config.ts";
import { configError } from "./config-error.ts";
import { joinedLayers, settingLayer, type Layer } from "./layers.ts";
import { PROMPTS } from "../text/index.ts";
import { taskPrompts } from "./model-request.ts";
import { RunConfig } from "./run-config.ts";

/** What a model is, where only its weights and some settings are known. */
export interface FoundConfig {
  readonly model: ModelConfig;
  readonly regions: number | null;
  readonly seed: number;
  /** Words before the texts of the tasks that this library knows; empty ones when prompts are switched off. */
  readonly prompts: Readonly<Record<string, string>>;
}

/**
 * The model that was recognised in a file, under settings (`key.path=value`) for what the file does not say.
 *
 * @throws VlPetError "config" naming the setting that is wrong or missing.
 */
export async function foundConfig(
  found: FoundModel,
  file: string,
  set: readonly string[],
): Promise<FoundConfig> {
  const { backbone, pet } = found;
  const layers: readonly Layer[] = [{ name: file, value: { backbone, pet } }, ...set.map(settingLayer)];
  const input = joinedLayers(layers);
  const result = v.safeParse(RunConfig, input);
  if (!result.success) throw configError({ schema: RunConfig, input, layers }, result.issues);
  const config = result.output;
  return {
    model: { backbone: await backboneConfig(config.backbone, null), pet: config.pet },
    regions: config.visual.regions,
    seed: config.training.seed,
    prompts: foundPrompts(found, config),
  };
}

/** Prompts of the tasks that the file has modules for, or of all tasks that this library knows. */
function foundPrompts({ tasks }: FoundModel, config: RunConfig): Readonly<Record<string, string>> {
  if (tasks.length === 0) return taskPrompts(config);
  const known: Readonly<Record<string, string>> = PROMPTS;
  return Object.fromEntries(tasks.map((task) => [task, config.prompts ? (known[task] ?? "") : ""]));
}
