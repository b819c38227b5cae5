import type { EncoderBatch } from "../backbones/index.ts";
import type { FeatureSource } from "../data/index.ts";
import { RandomStream } from "../random.ts";
import type { TaskSplit } from "../tasks/index.ts";
import type { Tokenizer } from "../text/index.ts";
import { lossFeeds, paddedLabels, shiftedRight, tokenWeights } from "./batch.ts";
import { variantOf, type Model, type Variant } from "./model.ts";
import { limited, sourceIds } from "./source-text.ts";
import type { MicroBatch } from "./updates.ts";
import { visualInputs } from "./visual-inputs.ts";

/** One split of a task with the features of its images or clips. */
export interface TaskData {
  readonly split: TaskSplit;
  readonly features: FeatureSource;
}

/** How pictures and clips enter the model. */
export interface VisualSettings {
  /** Visual tokens of an image after pooling its square feature grid; null = no pooling. */
  readonly regions: number | null;
  /** Visual tokens of a clip: longer ones are pooled over time, shorter ones filled up with zeros. */
  readonly frames: number;
  /** Whether the zeros that fill up a clip can be attended to. Quirk: in the original they can. */
  readonly padding: "attended" | "masked";
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

/** Reads the inputs of some examples of a split. */
export async function encodedExamples(
  reader: Reader,
  data: TaskData,
  indices: readonly number[],
): Promise<EncodedExamples> {
  const examples = indices.map((index) => exampleAt(data, index));
  const { visual, ...inputs } = await visualInputs(reader, data, examples);
  const { source } = data.split.form.limits;
  const inputIds = examples.map((example) => sourceIds(reader.tokenizer, example, source));
  return {
    batch: { inputIds, ...inputs },
    variant: variantOf(reader.model, visual, data.split.task),
  };
}

function exampleAt({ split }: TaskData, index: number) {
  const example = split.examples[index];
  if (example === undefined) throw new RangeError(`internal: no example ${index} in ${split.split}`);
  return example;
}

/** Where a training batch lies in the run; its answers are drawn by (seed, epoch, pass, example), whatever the order. */
export interface BatchKey {
  readonly seed: number;
  readonly epoch: number;
  readonly pass: number;
  /** Factor on all token weights: 1/k for k micro-batches of one update. */
  readonly share: number;
}

/** Reads and draws a training batch. */
export async function trainingBatch(
  reader: Reader,
  data: TaskData,
  indices: readonly number[],
  { seed, epoch, pass, share }: BatchKey,
): Promise<MicroBatch> {
  const { batch, variant } = await encodedExamples(reader, data, indices);
  const { backbone } = reader.model;
  const { task, form } = data.split;
  const targets = indices.map((index) =>
    data.split.target(index, new RandomStream(seed, `target:${task}:${epoch}:${pass}:${index}`)),
  );
  const labels = paddedLabels(
    targets.map(({ text }) => reader.tokenizer.encode(text, limited(form.limits.target))),
  );
  const scores = form.loss === "example-mean" ? targets.map(({ weight }) => weight) : null;
  const weights = tokenWeights(labels, form.loss, scores).map((row) => row.map((weight) => weight * share));
  return {
    variant,
    feeds: {
      ...backbone.encoderFeeds(batch, variant.visual),
      ...backbone.decoderFeeds({ decoderIds: shiftedRight(labels, backbone.tokens) }),
      ...lossFeeds(labels, weights),
    },
  };
}
