import { join } from "node:path";
import { openTensors } from "../files/index.ts";
import type { Parameter } from "../nn/index.ts";
import { ADAPTER_WEIGHTS, readTrained, weightsFingerprint, type AdapterConfig } from "./adapter-folder.ts";
import { requireWholeBackbone } from "./backbone-file.ts";
import { requireSameBackbone } from "./checkpoint.ts";
import { model, modelParameters, trainedParameters, type Model } from "./model.ts";
import { backboneSource, foundKeys, parameterValues, type WeightSource } from "./weight-source.ts";

/** A model and all its numbers on the host, read one parameter at a time. */
export interface ModelValues {
  readonly model: Model;
  readonly parameters: readonly Parameter[];
  readonly trained: readonly Parameter[];
  read(parameter: Parameter): Promise<Float32Array>;
  /** Files to be read from, e.g. by a session of the same model. */
  readonly sources: readonly WeightSource[];
  /** Values of the trained parameters. */
  readonly adapter: ReadonlyMap<string, Float32Array>;
  close(): Promise<void>;
}

export interface AdapterModelRequest {
  /** The adapter's folder, and what its configuration says. */
  readonly adapter: string;
  readonly config: AdapterConfig;
  /** The backbone's weights; null = fresh from the seed. */
  readonly backboneFile: string | null;
}

/**
 * Opens a trained model without a device. Throws kind "checkpoint" when the adapter was trained on another backbone, or
 * tensors are missing, extra or misshaped.
 */
export async function openAdapterModel(request: AdapterModelRequest): Promise<ModelValues> {
  const { adapter: folder, config, backboneFile } = request;
  const backboneFingerprint = backboneFile === null ? null : await weightsFingerprint(backboneFile);
  requireSameBackbone(folder, config, { ...config, backboneFingerprint });
  const made = model(config.model, Object.keys(config.prompts));
  const parameters = modelParameters(made);
  const trained = trainedParameters(made, parameters);
  const adapter = await readTrained(join(folder, ADAPTER_WEIGHTS), trained);
  const file = backboneFile === null ? null : await openTensors(backboneFile);
  const sources = file === null ? [] : [backboneSource(file)];
  try {
    for (const source of sources) requireWholeBackbone(source, parameters);
  } catch (error) {
    await file?.close();
    throw error;
  }
  return {
    model: made,
    parameters,
    trained,
    sources,
    adapter,
    async read(parameter) {
      const own = adapter.get(parameter.path);
      return own ?? parameterValues(parameter, foundKeys(sources, parameter), config.seed);
    },
    close: async () => file?.close(),
  };
}
