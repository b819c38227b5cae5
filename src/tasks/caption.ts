import * as v from "valibot";
import { type CaptionedImage, readCaptions } from "../data/index.ts";
import { captionScores } from "../metrics/index.ts";
import { PROMPTS } from "../text/index.ts";
import { predictedExamples, scorableExamples, writeResults } from "./predictions.ts";
import type { Example, Scores, Task, TaskSplit } from "./task.ts";
import { karpathySplit, Path, type SourceForm, splitSource } from "./task-source.ts";

/**
 * The file of a caption split: Karpathy's `dataset_coco.json`, of which `split` is taken (default: the split's own
 * name), or an official COCO captions file, which is taken whole.
 */
export const CAPTION_SOURCE = v.strictObject({ annotations: Path, split: v.optional(v.string()) });

const ACCEPTED: SourceForm<v.InferOutput<typeof CAPTION_SOURCE>> = {
  task: "caption",
  schema: CAPTION_SOURCE,
  form: "{ annotations: a path, split?: a name in Karpathy's file }",
};

/** One example and the caption it is trained towards, if it is one caption's own. */
interface Entry {
  readonly example: Example;
  readonly imageId: number | string;
  readonly caption: string | undefined;
}

/**
 * COCO captioning. The source text is the prompt alone. A training split has one example per caption; other splits
 * have one per image, scored against all its captions.
 * Quirk: captions are trained with up to 40 target tokens and generated with at most 20, as in the original.
 */
export const caption: Task = {
  name: "caption",
  loss: "token-mean",
  prompt: PROMPTS.caption,
  limits: { source: 40, target: 40 },
  generation: { beams: "config", maxLength: 20 },
  sourceSchema: CAPTION_SOURCE,
  async load(source, split, { prompt = PROMPTS.caption } = {}) {
    const files = splitSource(source, split, ACCEPTED);
    const name = karpathySplit(files.split ?? split);
    const images = await readCaptions(files.annotations, name);
    const trains = karpathySplit(split) === "train";
    return captionSplit(split, trains ? perCaption(images, prompt) : perImage(images, prompt));
  },
  writePredictions: writeResults,
};

function perImage(images: readonly CaptionedImage[], prompt: string): Entry[] {
  return images.map(({ image, imageId, captions }) => ({
    example: { id: String(imageId), images: [image], prompt, references: captions },
    imageId,
    caption: undefined,
  }));
}

function perCaption(images: readonly CaptionedImage[], prompt: string): Entry[] {
  return images.flatMap(({ image, imageId, captions }) => {
    const shown = [image];
    return captions.map((text, i) => ({
      example: { id: `${imageId}#${i}`, images: shown, prompt, references: captions },
      imageId,
      caption: text,
    }));
  });
}

function captionSplit(split: string, entries: readonly Entry[]): TaskSplit {
  const examples = entries.map((entry) => entry.example);
  return {
    task: "caption",
    split,
    examples,
    target(index, random) {
      const entry = entries[index];
      if (entry === undefined) throw new RangeError(`split ${split} has no example ${index}`);
      return { text: entry.caption ?? random.pick(entry.example.references), weight: 1 };
    },
    score: (predictions) => scoreCaptions(examples, predictions),
    results: (predictions) =>
      predictedExamples(examples, predictions).map(({ index, example, text }) => ({
        caption: text,
        image_id: entries[index]?.imageId ?? example.id,
      })),
  };
}

function scoreCaptions(examples: readonly Example[], predictions: ReadonlyMap<string, string>): Scores {
  const predicted = scorableExamples(examples, predictions);
  const { corpus, perItem } = captionScores(
    predicted.map((entry) => entry.text),
    predicted.map((entry) => entry.example.references),
  );
  return {
    headline: { name: "CIDEr", value: 100 * corpus.CIDEr },
    all: Object.fromEntries(Object.entries(corpus).map(([name, value]) => [name, 100 * Number(value)])),
    count: predicted.length,
    perItem: new Map(predicted.map(({ example }, i) => [example.id, 100 * (perItem[i]?.CIDEr ?? 0)])),
  };
}
