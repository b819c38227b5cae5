import { join } from "node:path";
import { openTensors, type TensorFile } from "../files/index.ts";
import type { OriginalHeads } from "../files/original-form.ts";
import { originalState } from "../files/original-state.ts";
import type { Parameter } from "../nn/index.ts";
import {
  readAdapterConfig,
  weightsFingerprint,
  writeAdapter,
  writeFolder,
  type AdapterConfig,
} from "./adapter-folder.ts";
import { BACKBONE_WEIGHTS, writeHuggingFaceFolder } from "./hugging-face-folder.ts";
import { writeModelCard } from "./model-card.ts";
import { openAdapterModel } from "./model-values.ts";
import { model, modelParameters, trainedParameters, type ModelConfig } from "./model.ts";
import { comparedState, requireParity, requireSameTensors, type ParityReport } from "./state-comparison.ts";
import { foundKeys, namedSource, parameterValues } from "./weight-source.ts";

export interface FromOriginalRequest {
  /** A state dict of the original. */
  readonly file: string;
  readonly model: ModelConfig;
  readonly heads: OriginalHeads;
  /** The tasks and the words that announce each to the model. */
  readonly prompts: Readonly<Record<string, string>>;
  readonly regions: number | null;
  readonly seed: number;
  /** The folder to be made. */
  readonly output: string;
  /** A folder with the tokenizer that belongs to the model; null = none is copied. */
  readonly tokenizer: string | null;
}

/** What lies in the folder of a converted checkpoint. */
export const CONVERTED = { adapter: "adapter", backbone: "backbone" } as const;

/**
 * Turns a checkpoint of the original into an adapter and the backbone that it belongs to (whose added tokens the
 * original drew at random), then reads both back and compares them with the file, tensor by tensor. Throws kind
 * "checkpoint" when tensors are missing, extra, misshaped or different; nothing is left behind then.
 */
export async function convertFromOriginal(request: FromOriginalRequest): Promise<ParityReport> {
  const file = await openTensors(request.file);
  try {
    return await converted(request, file);
  } finally {
    await file.close();
  }
}

async function converted(request: FromOriginalRequest, file: TensorFile): Promise<ParityReport> {
  const { model: config, heads, output } = request;
  const tasks = Object.keys(request.prompts);
  const parameters = modelParameters(model(config, tasks));
  const state = originalState(parameters, { ...config, tasks, heads });
  requireSameTensors(file, state);
  const source = namedSource(file, tasks);
  const read = (parameter: Parameter): Promise<Float32Array> =>
    parameterValues(parameter, foundKeys([source], parameter), request.seed);
  let report: ParityReport | null = null;
  await writeFolder(output, async (temporary) => {
    await writeParts(temporary, request, parameters, read);
    const written = await writtenModel(temporary);
    try {
      report = await comparedState(file, state, (parameter) => written.read(parameter));
    } finally {
      await written.close();
    }
    requireParity(report, request.file);
  });
  if (report === null) throw new RangeError("internal: nothing was compared");
  return report;
}

async function writeParts(
  folder: string,
  request: FromOriginalRequest,
  parameters: readonly Parameter[],
  read: (parameter: Parameter) => Promise<Float32Array>,
): Promise<void> {
  const { model: config, tokenizer, regions, seed, prompts } = request;
  const backbone = join(folder, CONVERTED.backbone);
  await writeHuggingFaceFolder(backbone, { config: config.backbone, parameters, read, tokenizer });
  const trained = trainedParameters(model(config, Object.keys(prompts)), parameters);
  const values = new Map<string, Float32Array>();
  for (const parameter of trained) values.set(parameter.path, await read(parameter));
  const adapter: AdapterConfig = {
    format: "vl-pet-adapter/1",
    model: config,
    regions,
    seed,
    backboneFingerprint: await weightsFingerprint(join(backbone, BACKBONE_WEIGHTS)),
    prompts,
  };
  await writeAdapter(join(folder, CONVERTED.adapter), adapter, trained, values);
  await writeModelCard(join(folder, CONVERTED.adapter), adapter, parameters, trained);
}

async function writtenModel(folder: string) {
  const adapter = join(folder, CONVERTED.adapter);
  const config = await readAdapterConfig(adapter);
  return openAdapterModel({
    adapter,
    config,
    backboneFile: join(folder, CONVERTED.backbone, BACKBONE_WEIGHTS),
  });
}
