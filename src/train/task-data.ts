import { VlPetError } from "../error.ts";
import { visualLayout, type EncoderBatch } from "../backbones/index.ts";
import type { FeatureSource } from "../data/index.ts";
import { RandomStream } from "../random.ts";
import type { Task, TaskSplit } from "../tasks/index.ts";
import type { Tokenizer } from "../text/index.ts";
import { lossFeeds, paddedLabels, shiftedRight, tokenWeights } from "./batch.ts";
import { variantOf, type Model, type Variant } from "./model.ts";
import type { MicroBatch } from "./updates.ts";

/** One task's split with the features of its images. */
export interface TaskData {
  readonly task: Task;
  readonly split: TaskSplit;
  readonly features: FeatureSource;
}

/** How pictures enter the model. */
export interface VisualSettings {
  /** Visual tokens of an image after pooling its square feature grid; null = no pooling. */
  readonly regions: number | null;
}

/** What turns examples into numbers. */
export interface Reader {
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  readonly visual: VisualSettings;
}

/** Source texts and features of some examples. */
export interface EncodedExamples {
  readonly batch: EncoderBatch;
  readonly variant: Variant;
}

async function featuresOf(reader: Reader, data: TaskData, images: readonly (readonly string[])[]) {
  const width = reader.model.backbone.sizes.featureWidth;
  const read = await Promise.all(
    images.flat().map(async (id) => ({ id, found: await data.features.read(id) })),
  );
  const rows = read[0]?.found.rows ?? 0;
  const values = new Float32Array(read.length * rows * width);
  read.forEach(({ id, found }, i) => {
    if (found.width !== width || found.rows !== rows) {
      throw new VlPetError("data", "the features of an image do not fit the model and the batch", {
        where: `${id} (${data.features.describe})`,
        expected: `${rows} rows of width ${width}`,
        received: `${found.rows} rows of width ${found.width}`,
        fix: "extract all features in the same way, and set backbone.featureWidth to their width",
      });
    }
    values.set(found.values, i * rows * width);
  });
  const { regions } = reader.visual;
  const perExample = images[0]?.length ?? 0;
  const visual = visualLayout(perExample, rows, regions === null || perExample === 0 ? null : { regions });
  return { values, visual };
}

/** Reads the inputs of some examples of a split. */
export async function encodedExamples(
  reader: Reader,
  data: TaskData,
  indices: readonly number[],
): Promise<EncodedExamples> {
  const examples = indices.map((index) => exampleAt(data, index));
  const { values, visual } = await featuresOf(
    reader,
    data,
    examples.map(({ images }) => images),
  );
  const maxLength = data.task.limits.source;
  const inputIds = examples.map(({ prompt }) => reader.tokenizer.encode(prompt, limited(maxLength)));
  return {
    batch: { inputIds, features: values, boxes: null },
    variant: variantOf(reader.model, visual, data.task.name),
  };
}

/** An infinite limit is no limit. */
function limited(maxLength: number): { readonly maxLength?: number } {
  return Number.isFinite(maxLength) ? { maxLength } : {};
}

function exampleAt({ split }: TaskData, index: number) {
  const example = split.examples[index];
  if (example === undefined) throw new RangeError(`internal: no example ${index} in ${split.split}`);
  return example;
}

/** Where a training batch lies in the run; its answers are drawn by (seed, epoch, example), whatever the order. */
export interface BatchKey {
  readonly seed: number;
  readonly epoch: number;
  /** Factor on all token weights: 1/k for k micro-batches of one update. */
  readonly share: number;
}

/** Reads and draws a training batch. */
export async function trainingBatch(
  reader: Reader,
  data: TaskData,
  indices: readonly number[],
  { seed, epoch, share }: BatchKey,
): Promise<MicroBatch> {
  const { batch, variant } = await encodedExamples(reader, data, indices);
  const { backbone } = reader.model;
  const targets = indices.map((index) =>
    data.split.target(index, new RandomStream(seed, `target:${data.task.name}:${epoch}:${index}`)),
  );
  const labels = paddedLabels(
    targets.map(({ text }) => reader.tokenizer.encode(text, limited(data.task.limits.target))),
  );
  const scores = data.task.loss === "example-mean" ? targets.map(({ weight }) => weight) : null;
  const weights = tokenWeights(labels, data.task.loss, scores).map((row) =>
    row.map((weight) => weight * share),
  );
  return {
    variant,
    feeds: {
      ...backbone.encoderFeeds(batch, variant.visual),
      ...backbone.decoderFeeds({ decoderIds: shiftedRight(labels, backbone.tokens) }),
      ...lossFeeds(labels, weights),
    },
  };
}
