import { join } from "node:path";
import { openTensors } from "../files/index.ts";
import { float32Tensor } from "../graph/index.ts";
import type { Parameter } from "../nn/index.ts";
import { nodeEngine, type Engine } from "../runtime/index.ts";
import type { Tokenizer } from "../text/index.ts";
import {
  ADAPTER_WEIGHTS,
  readAdapterConfig,
  readTrained,
  weightsFingerprint,
  type AdapterConfig,
} from "./adapter-folder.ts";
import { requireWholeBackbone } from "./backbone-file.ts";
import { requireSameBackbone } from "./checkpoint.ts";
import { generator, type Generator } from "./generation/index.ts";
import { model, modelParameters, trainedParameters, type Model, type ModelConfig } from "./model.ts";
import { isOfImageEncoder } from "./image-encoder.ts";
import { sideStart } from "./side-start.ts";
import type { Reader, VisualSettings } from "./task-data.ts";
import { backboneSource, type WeightSource } from "./weight-source.ts";
import { requireWholeVision, visionSource } from "./vision-source.ts";
import { modelWeights, type ModelWeights } from "./weights.ts";

export interface ModelSessionRequest {
  readonly model: ModelConfig;
  readonly visual: VisualSettings;
  readonly tokenizer: Tokenizer;
  /** The backbone's weights (safetensors or PyTorch, Hugging Face's names); null = fresh from the seed. */
  readonly backboneFile: string | null;
  /** The image encoder's weights, for a model that has one. */
  readonly imageEncoderFile?: string;
  /** A folder with trained weights to start from; null = their initial values. */
  readonly adapter: string | null;
  readonly seed: number;
  /** Where frozen weights go that no file holds: new vocabulary rows, or a whole fresh backbone. */
  readonly scratch: string;
  /** The tasks and the words that announce each to the model. */
  readonly prompts: Readonly<Record<string, string>>;
  readonly threads?: number;
}

/** A model with its numbers on a device, ready to be trained, evaluated or asked. */
export interface ModelSession {
  readonly engine: Engine;
  readonly model: Model;
  readonly reader: Reader;
  readonly parameters: readonly Parameter[];
  readonly trained: readonly Parameter[];
  readonly weights: ModelWeights;
  readonly generator: Generator;
  readonly adapter: AdapterConfig;
  close(): Promise<void>;
}

/** Parameters of a model, and which of them are trained. */
export function parametersOf(made: Model): {
  readonly all: readonly Parameter[];
  readonly trained: readonly Parameter[];
} {
  const all = modelParameters(made);
  return { all, trained: trainedParameters(made, all) };
}

/** Opens a model. Throws kind "checkpoint" when the adapter belongs to another backbone or method. */
export async function modelSession(request: ModelSessionRequest): Promise<ModelSession> {
  const made = model(request.model, Object.keys(request.prompts));
  const { all, trained } = parametersOf(made);
  const adapter = await adapterConfig(request);
  const start = request.adapter === null ? null : await adapterValues(request.adapter, adapter, trained);
  const file = request.backboneFile === null ? null : await openTensors(request.backboneFile);
  const { imageEncoderFile } = request;
  const images = imageEncoderFile === undefined ? null : await openTensors(imageEncoderFile);
  try {
    const backbones = file === null ? [] : [backboneSource(file)];
    for (const source of backbones) requireWholeBackbone(source, all);
    if (images !== null) requireWholeVision(images, all.filter(isOfImageEncoder));
    const sources = images === null ? backbones : [...backbones, visionSource(images)];
    const weights = await weightsOf(request, all, trained, sources);
    const own = start ?? (await sideStart(made, { parameters: all, sources, seed: request.seed }));
    const values = new Map([...weights.trained, ...own]);
    const engine = nodeEngine(request.threads === undefined ? {} : { threads: request.threads });
    const held = trained.map(
      ({ path, shape }) => [path, float32Tensor(values.get(path) ?? [], shape)] as const,
    );
    await engine.put(Object.fromEntries(held));
    const complete: ModelWeights = { ...weights, trained: values };
    return {
      engine,
      model: made,
      reader: { model: made, tokenizer: request.tokenizer, visual: request.visual },
      parameters: all,
      trained,
      weights: complete,
      generator: generator({ engine, model: made, weights: complete }),
      adapter,
      close: () => engine.close(),
    };
  } finally {
    await file?.close();
    await images?.close();
  }
}

async function adapterConfig(request: ModelSessionRequest): Promise<AdapterConfig> {
  return {
    format: "vl-pet-adapter/1",
    model: request.model,
    regions: request.visual.regions,
    frames: request.visual.frames,
    seed: request.seed,
    backboneFingerprint:
      request.backboneFile === null ? null : await weightsFingerprint(request.backboneFile),
    ...(request.imageEncoderFile === undefined
      ? {}
      : { imageEncoderFingerprint: await weightsFingerprint(request.imageEncoderFile) }),
    prompts: request.prompts,
  };
}

async function adapterValues(folder: string, wanted: AdapterConfig, trained: readonly Parameter[]) {
  requireSameBackbone(folder, await readAdapterConfig(folder), wanted);
  return readTrained(join(folder, ADAPTER_WEIGHTS), trained);
}

async function weightsOf(
  request: ModelSessionRequest,
  parameters: readonly Parameter[],
  trained: readonly Parameter[],
  sources: readonly WeightSource[],
): Promise<ModelWeights> {
  const isTrained = new Set(trained);
  return modelWeights({
    parameters,
    isTrained: (parameter) => isTrained.has(parameter),
    sources,
    seed: request.seed,
    scratch: request.scratch,
  });
}
