import * as v from "valibot";
import { type CaptionedImage, readCaptions } from "../data/index.ts";
import { captionItems, type TokenizedCaption, tokenizedCaptionScores } from "../metrics/index.ts";
import { PROMPTS } from "../text/index.ts";
import { requireAsked } from "./asked.ts";
import { answeredBy, predictedExamples, scorableExamples } from "./predictions.ts";
import { onlyFile } from "./reference-files.ts";
import { readResultList, resultList } from "./result-list.ts";
import type { Example, LoadOptions, Scores, Task, TaskForm, TaskSplit } from "./task.ts";
import { isTrainingSplit, karpathySplit, Path, type SourceForm, splitSource } from "./task-source.ts";

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
 * Quirk: captions are trained with up to 40 target tokens and generated with at most 20, as in the original; the
 * improved behaviour generates 40.
 * Quirk: alone of all tasks, its loss is a mean over all tokens of a batch.
 */
export const caption: Task = {
  name: "caption",
  prompt: PROMPTS.caption,
  sixtieths: 50,
  sourceSchema: CAPTION_SOURCE,
  resultEnding: "json",
  referenceHelp: "COCO's captions file, or Karpathy's dataset_coco.json",
  form: (_, options) => captionForm(options),
  ask(asked, _, { prompt = PROMPTS.caption } = {}) {
    requireAsked("caption", asked, { needed: [] });
    return { prompt };
  },
  async load(source, split, options = {}) {
    const { prompt = PROMPTS.caption } = options;
    const files = splitSource(source, split, ACCEPTED);
    const name = karpathySplit(files.split ?? split);
    const images = await readCaptions(files.annotations, name);
    const entries = isTrainingSplit(split) ? perCaption(images, prompt) : perImage(images, prompt);
    return captionSplit(split, entries, captionForm(options));
  },
  readResults: (file) => readResultList(file, { id: "image_id", text: "caption" }),
  async referenceSource(files, split) {
    return { annotations: onlyFile(files, "one captions file"), split };
  },
};

const LIMITS = { source: 40, target: 40 } as const;

function captionForm({ behaviour = "original" }: LoadOptions = {}): TaskForm {
  const maxLength = behaviour === "original" ? 20 : LIMITS.target;
  return {
    loss: "token-mean",
    limits: LIMITS,
    visual: "images",
    answer: { kind: "text", beams: "config", maxLength },
  };
}

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

function captionSplit(split: string, entries: readonly Entry[], form: TaskForm): TaskSplit {
  const examples = entries.map((entry) => entry.example);
  return {
    task: "caption",
    split,
    form,
    examples,
    target(index, random) {
      const entry = entries[index];
      if (entry === undefined) throw new RangeError(`split ${split} has no example ${index}`);
      return { text: entry.caption ?? random.pick(entry.example.references), weight: 1 };
    },
    ...answeredBy(examples),
    score: (predictions) => scoreCaptions(captionsOf(examples, predictions)),
    tokenizedCaptions: (predictions) => captionsOf(examples, predictions),
    resultFile: (predictions) => captionFile(entries, predictions),
  };
}

/** COCO's result file: a record an image, with what was written about it first. */
function captionFile(entries: readonly Entry[], predictions: ReadonlyMap<string, string>): string {
  const captions = new Map<number | string, string>();
  const examples = entries.map((entry) => entry.example);
  for (const { index, example, text } of predictedExamples(examples, predictions)) {
    const id = entries[index]?.imageId ?? example.id;
    if (!captions.has(id)) captions.set(id, text);
  }
  return resultList([...captions].map(([id, text]) => ({ caption: text, image_id: id })));
}

/** By example id, in the order of the split. */
function captionsOf(
  examples: readonly Example[],
  predictions: ReadonlyMap<string, string>,
): ReadonlyMap<string, TokenizedCaption> {
  const predicted = scorableExamples(examples, predictions);
  const items = captionItems(
    predicted.map(({ text }) => text),
    predicted.map(({ example }) => example.references),
  );
  return new Map(items.map((item, i) => [predicted[i]?.example.id ?? "", item]));
}

function scoreCaptions(captions: ReadonlyMap<string, TokenizedCaption>): Scores {
  const { corpus, perItem } = tokenizedCaptionScores([...captions.values()]);
  return {
    headline: { name: "CIDEr", value: 100 * corpus.CIDEr },
    all: Object.fromEntries(Object.entries(corpus).map(([name, value]) => [name, 100 * Number(value)])),
    count: captions.size,
    perItem: new Map([...captions.keys()].map((id, i) => [id, 100 * (perItem[i]?.CIDEr ?? 0)])),
  };
}
