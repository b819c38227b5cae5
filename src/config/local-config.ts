import { modelFolder } from "../train/model-folder.ts";
import type { RunConfig } from "./run-config.ts";

/**
 * A configuration whose backbone and tokenizer are folders on this machine: models on the Hub are taken from its cache,
 * or downloaded into it.
 *
 * @throws VlPetError "checkpoint" when a model is neither in the cache nor to be had.
 */
export async function localConfig(config: RunConfig): Promise<RunConfig> {
  const { backbone, tokenizer } = config;
  const folder = backbone.folder === null ? null : await modelFolder(backbone.folder, "model");
  return {
    ...config,
    backbone: { ...backbone, folder },
    tokenizer: tokenizer === null ? null : await modelFolder(tokenizer, "tokenizer"),
  };
}
