import { join } from "node:path";
import * as v from "valibot";
import {
  type BACKBONES,
  BackboneConfig,
  visualLayout,
  type EncoderBatch,
} from "../../src/backbones/index.ts";
import {
  openSafetensors,
  writeSafetensors,
  type SafetensorsFile,
  type TensorData,
} from "../../src/files/safetensors.ts";
import type { Parameter } from "../../src/nn/index.ts";
import type { PetConfig } from "../../src/pet/index.ts";
import { RandomStream } from "../../src/random.ts";
import { lossFeeds, shiftedRight, tokenWeights } from "../../src/train/batch.ts";
import { model, modelParameters, trainedParameters, variantOf, type Model } from "../../src/train/model.ts";
import type { MicroBatch } from "../../src/train/updates.ts";
import { modelWeights, type ModelWeights } from "../../src/train/weights.ts";

export type BackboneName = keyof typeof BACKBONES;

export const TASKS = ["vqa", "gqa"] as const;

const SIZES = { width: 32, vocabulary: 50, encoderLayers: 1, decoderLayers: 1, heads: 4, ffnWidth: 64 };
const [EXAMPLES, TEXT, TARGET, REGIONS, FEATURES] = [8, 6, 2, 9, 24];

/** A backbone small enough for tests. Only its family's own sizes need an entry here. */
export function tinyBackbone(name: BackboneName, dropRate = 0.1): BackboneConfig {
  const own = { bart: { maxPositions: 32 }, t5: { headWidth: 8 } }[name];
  return v.parse(BackboneConfig, { name, ...SIZES, ...own, featureWidth: FEATURES, dropRate });
}

function noise(values: Float32Array, stream: RandomStream, deviation: number): Float32Array {
  return values.map((value) => value + deviation * stream.normal());
}

/**
 * Numbers of a frozen backbone that behave as trained ones do: what blocks add weighs as much as what they read, and
 * logits are well apart (T5, which shrinks its states before the head, makes up for it in its last norm).
 */
function backboneValues({ path, shape, traits }: Parameter): Float32Array {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const stream = new RandomStream(1, path);
  if (traits.of === "norm" && traits.role === "gain")
    return noise(values.fill(path === "decoder.final_layer_norm.weight" ? 6 : 1), stream, 0.1);
  if (traits.role === "bias" || traits.role === "buffer") return noise(values, stream, 0.1);
  return noise(values, stream, traits.of === "embedding" ? 0.5 : 1.5 * (shape[1] ?? 1) ** -0.5);
}

/** Writes the weights of a tiny backbone; they are the same for all methods. */
export async function writeTinyBackbone(file: string, name: BackboneName): Promise<void> {
  const parameters = modelParameters(model({ backbone: tinyBackbone(name), pet: { name: "full" } }, TASKS));
  const entries = parameters.map((parameter): [string, TensorData] => [
    parameter.path,
    { dtype: "F32", shape: parameter.shape, data: Float32Array.from(backboneValues(parameter)) },
  ]);
  await writeSafetensors(file, entries);
}

/** A tiny model with numbers. */
export interface TinyModel {
  readonly model: Model;
  readonly trained: readonly Parameter[];
  readonly weights: ModelWeights;
}

/**
 * A method on a tiny backbone. Trained values are their initial ones with noise, so that modules which start silent
 * have gradients too. `dropRate`: of all dropouts of the backbone.
 */
export async function tinyModel(
  backbone: BackboneName,
  pet: PetConfig,
  folder: string,
  dropRate?: number,
): Promise<TinyModel> {
  const made = model({ backbone: tinyBackbone(backbone, dropRate), pet }, TASKS);
  const parameters = modelParameters(made);
  const trained = trainedParameters(made, parameters);
  const file: SafetensorsFile = await openSafetensors(join(folder, `${backbone}.safetensors`));
  try {
    const weights = await modelWeights({
      parameters,
      isTrained: (parameter) => trained.includes(parameter),
      sources: [{ file, keys: ({ path }) => (file.tensors.has(path) ? [path] : []) }],
      seed: 0,
      scratch: join(folder, "scratch"),
    });
    const start = [...weights.trained].map(
      ([path, values]) => [path, noise(values, new RandomStream(2, path), 0.05)] as const,
    );
    return { model: made, trained, weights: { ...weights, trained: new Map(start) } };
  } finally {
    await file.close();
  }
}

function tokens(stream: RandomStream, length: number): number[] {
  return Array.from({ length }, () => 4 + stream.integer(SIZES.vocabulary - REGIONS - 4));
}

/** Eight made-up examples of a task: texts of unequal lengths, random features and boxes. */
export function tinyBatch(made: Model, task: string): MicroBatch {
  const stream = new RandomStream(3, task);
  const random = (size: number): Float32Array => noise(new Float32Array(size), stream, 1);
  const encoder: EncoderBatch = {
    inputIds: Array.from({ length: EXAMPLES }, (_, i) => tokens(stream, TEXT - (i % 3))),
    features: random(EXAMPLES * REGIONS * FEATURES),
    boxes: random(EXAMPLES * REGIONS * 4),
  };
  const answer = tokens(stream, TARGET);
  const labels = Array.from({ length: EXAMPLES }, () => answer);
  const visual = visualLayout(1, REGIONS, null);
  const feeds = {
    ...made.backbone.encoderFeeds(encoder, visual),
    ...made.backbone.decoderFeeds({ decoderIds: shiftedRight(labels, made.backbone.tokens) }),
    ...lossFeeds(labels, tokenWeights(labels, "example-mean", null)),
  };
  return { variant: variantOf(made, visual, task), feeds };
}
