import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { VlPetError } from "../error.ts";
import { openTensors } from "../files/index.ts";
import type { Parameter } from "../nn/index.ts";
import type { Engine } from "../runtime/index.ts";
import { weightsFingerprint, writeAdapter, writeFolder, type AdapterConfig } from "./adapter-folder.ts";
import { measuredDrift, type CompleteModel, type Drift } from "./drift.ts";
import { BACKBONE_WEIGHTS, writeHuggingFaceFolder } from "./hugging-face-folder.ts";
import { mergedValues } from "./merged-values.ts";
import { MODEL_CARD, writeModelCard } from "./model-card.ts";
import type { ModelValues } from "./model-values.ts";
import { model, modelParameters, trainedParameters } from "./model.ts";
import { backboneSource } from "./weight-source.ts";

export interface MergeRequest {
  readonly values: ModelValues;
  readonly config: AdapterConfig;
  /** The task whose weights are merged, when each has its own. */
  readonly task: string | null;
  /** A folder whose tokenizer belongs to the model; null = none is copied. */
  readonly tokenizer: string | null;
  /** The folder to be made. */
  readonly output: string;
  readonly engine: Engine;
}

export interface MergeReport {
  /** Linear maps that something of the method was folded into. */
  readonly folded: number;
  /** Tensors of the backbone with new numbers. */
  readonly replaced: number;
  readonly drift: Drift;
}

/** Float32 rounding moves logits by about 1e-6 of the largest; beyond this share a merge is wrong. */
const MOST_DRIFT = 1e-3;

/**
 * Writes a backbone with everything that an adapter learned in its own weights, as a folder of Hugging Face's format
 * with the visual embedding beside the language model, and measures how far its logits are from those of backbone and
 * adapter. Throws kind "config" with the reasons when the method cannot be merged.
 */
export async function mergeAdapter(request: MergeRequest): Promise<MergeReport> {
  const { values, config, output } = request;
  const { changed, folded } = await mergedValues(values, request.task);
  const read = (parameter: Parameter): Promise<Float32Array> =>
    Promise.resolve(changed.get(parameter.path) ?? values.read(parameter));
  let drift: Drift | null = null;
  await writeFolder(output, async (folder) => {
    const { backbone } = config.model;
    const { parameters } = values;
    await writeHuggingFaceFolder(folder, {
      config: backbone,
      parameters,
      read,
      tokenizer: request.tokenizer,
    });
    await writeVisualAdapter(folder, config, read);
    drift = await driftOf(request, folder);
    requireSmall(drift);
    await writeFile(join(folder, MODEL_CARD), mergeCard(config, drift));
  });
  if (drift === null) throw new RangeError("internal: no drift was measured");
  return { folded, replaced: changed.size, drift };
}

/** The same backbone as a model of its own: nothing but the visual embedding would be trained. */
function plainModel({ model: { backbone } }: AdapterConfig, tasks: readonly string[]) {
  return model({ backbone, pet: { name: "visual-only" } }, tasks);
}

/** An adapter that adds nothing to the merged backbone, so that it can be opened like any trained model. */
async function writeVisualAdapter(
  folder: string,
  config: AdapterConfig,
  read: (parameter: Parameter) => Promise<Float32Array>,
): Promise<void> {
  const plain = plainModel(config, Object.keys(config.prompts));
  const parameters = modelParameters(plain);
  const trained = trainedParameters(plain, parameters);
  const values = new Map<string, Float32Array>();
  for (const parameter of trained) values.set(parameter.path, await read(parameter));
  const backboneFingerprint = await weightsFingerprint(join(folder, BACKBONE_WEIGHTS));
  const own: AdapterConfig = { ...config, model: plain.config, backboneFingerprint };
  await writeAdapter(join(folder, "adapter"), own, trained, values);
  await writeModelCard(join(folder, "adapter"), own, parameters, trained);
}

async function driftOf({ values, config, task, engine }: MergeRequest, folder: string): Promise<Drift> {
  const plain = plainModel(config, values.model.tasks);
  const file = await openTensors(join(folder, BACKBONE_WEIGHTS));
  const { seed } = config;
  const before: CompleteModel = { ...values, seed };
  const after: CompleteModel = {
    model: plain,
    parameters: modelParameters(plain),
    sources: [backboneSource(file)],
    adapter: new Map(),
    seed,
  };
  const scratch = [join(folder, ".before"), join(folder, ".after")] as const;
  try {
    return await measuredDrift(engine, [before, after], { task: task ?? "", scratch });
  } finally {
    await file.close();
    for (const one of scratch) await rm(one, { recursive: true, force: true });
  }
}

function requireSmall({ largest, scale }: Drift): void {
  if (largest <= MOST_DRIFT * scale) return;
  throw new VlPetError("checkpoint", "the merged model computes something else", {
    expected: `logits that differ by at most ${MOST_DRIFT} of the largest, ${scale}`,
    received: `a difference of ${largest}`,
    fix: "keep the adapter beside the backbone, and report this",
  });
}

function mergeCard(
  { model: { backbone, pet } }: AdapterConfig,
  { largest, scale, agreement }: Drift,
): string {
  return `---
library_name: vl-pet
tags:
  - vision-and-language
  - ${pet.name}
  - ${backbone.name}
---

# ${backbone.name} with ${pet.name} merged into it

A backbone in Hugging Face's format whose weights hold what the method learned, with the visual embedding under
\`encoder.visual_embedding\`. On random inputs its logits differ by at most ${largest.toExponential(1)} from those of
backbone and adapter (largest logit ${scale.toPrecision(3)}); the most likely token is the same at ${agreement.toFixed(1)} %
of the positions.

\`\`\`sh
vlpet predict --adapter THIS_FOLDER/adapter --set backbone.name=${backbone.name} --set backbone.folder=THIS_FOLDER --image photo.jpg
\`\`\`
`;
}
