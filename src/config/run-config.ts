import * as v from "valibot";
import { SCENE_KINDS } from "../data/scenes/scenes-settings.ts";
import { PetConfig } from "../pet/index.ts";
import { BEHAVIOURS, Path, Paths, type Task, TASKS } from "../tasks/index.ts";
import { BackboneSettings } from "./backbone-settings.ts";
import { ImageEncoderSettings } from "./image-encoder.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const countOrNone = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.gtValue(0));
const notNegative = v.pipe(v.number(), v.minValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

const SPLIT_NAMES = ["train", "valid", "test"] as const;
/** The splits a task can have in a configuration. */
export type SplitName = (typeof SPLIT_NAMES)[number];

type Paths = v.InferOutput<typeof Paths>;

function bySplit<Schema extends v.GenericSchema>(schema: Schema) {
  return { train: schema, valid: schema, test: schema } satisfies Record<SplitName, unknown>;
}

/** Where features lie: one place or several, for all splits or for each. */
const Features = v.lazy((input) =>
  typeof input === "object" && input !== null && !Array.isArray(input)
    ? v.strictObject(bySplit(v.optional(Paths)))
    : Paths,
) as v.GenericSchema<Paths | { readonly [Split in SplitName]?: Paths | undefined }>;

/** The features of one task and the files of its splits. */
export interface TaskSettings {
  /** Folders or files of features, photos or clips. */
  readonly features: v.InferOutput<typeof Features>;
  /** In place of the task's own prompt. */
  readonly prompt?: string;
  readonly train?: unknown;
  readonly valid?: unknown;
  readonly test?: unknown;
}

/** Names of the tasks that can be run. */
export type RunTask = keyof typeof TASKS;
export type TaskTable = { readonly [Name in RunTask]?: TaskSettings };

/** A split that is null is left out, as one of a preset's may be. */
function taskSettings({ sourceSchema, settings = {} }: Task): v.GenericSchema {
  return v.pipe(
    v.strictObject({
      features: Features,
      prompt: v.optional(v.string()),
      ...settings,
      ...bySplit(v.optional(v.nullable(sourceSchema))),
    }),
    v.transform(withoutNullSplits),
  );
}

function withoutNullSplits<Settings extends object>(settings: Settings): Settings {
  const kept = Object.entries(settings).filter(([name, value]) => value !== null || !isSplitName(name));
  return Object.fromEntries(kept) as Settings;
}

function isSplitName(name: string): boolean {
  return SPLIT_NAMES.some((split) => split === name);
}

/** A task that is null is left out, as one of a preset's may be. */
const Tasks = v.pipe(
  v.strictObject(
    Object.fromEntries(
      Object.entries(TASKS).map(([name, task]) => [name, v.optional(v.nullable(taskSettings(task)))]),
    ),
  ),
  v.transform((tasks) => Object.fromEntries(Object.entries(tasks).filter(([, task]) => task !== null))),
) as unknown as v.GenericSchema<TaskTable>;

/** The course of a training; the defaults are those of the original's BART scripts. */
const Training = v.strictObject({
  epochs: v.optional(count, 20),
  /** Base batch size; tasks scale it as in the original (captions 5/6 of it). */
  batchSize: v.optional(count, 500),
  learningRate: v.optional(positive, 1e-3),
  /** Share of all updates with rising rate. */
  warmupRatio: v.optional(share, 0.1),
  /** Limit of the joint gradient norm; null = no clipping. */
  clip: v.optional(v.nullable(positive), 5),
  /** Batches of one update. */
  accumulation: v.optional(count, 1),
  weightDecay: v.optional(notNegative, 0.01),
  seed: v.optional(countOrNone, 9595),
  sampling: v.optional(v.picklist(["roundrobin", "balanced"]), "roundrobin"),
  /** Examples of each task to train on: a share up to 1, drawn by the seed, or the first so many; null = all. */
  trainTopk: v.optional(v.nullable(positive), null),
  /** The same for validation and testing. */
  validTopk: v.optional(v.nullable(positive), null),
  /** Updates between checkpoints; 0 = only at the end. */
  checkpointEvery: v.optional(countOrNone, 500),
  /** Ends the run after so many updates; null = all epochs. */
  maxUpdates: v.optional(v.nullable(count), null),
  validate: v.optional(v.picklist(["epoch", "end", "never"]), "epoch"),
  /** Updates between lines of metrics.jsonl. */
  logEvery: v.optional(count, 10),
});

/** Sizes of the built-in data set: pictures of each split, or clips of each domain. */
const Scenes = v.strictObject({
  kinds: v.optional(v.array(v.picklist(SCENE_KINDS)), ["images"]),
  train: v.optional(countOrNone, 1000),
  valid: v.optional(countOrNone, 50),
  test: v.optional(countOrNone, 150),
  /** Questions about each picture or clip. */
  questionsPerScene: v.optional(countOrNone, 4),
  seed: v.optional(countOrNone, 1),
});

/** How texts are searched for. */
const Generation = v.strictObject({
  /** Beams of the tasks that leave the number to the run (captions, and all about clips). */
  beams: v.optional(count, 5),
  /** Size of n-grams that must not occur twice in a text; 0 = off, null = as the backbone was published: 3 for BART, off for T5. */
  noRepeatNgram: v.optional(v.nullable(countOrNone), null),
  /** Ends at as many texts as beams; null = as the backbone was published: BART does, T5 does not. */
  earlyStopping: v.optional(v.nullable(v.boolean()), null),
  /** Exponent of the length by which a beam's score is divided. */
  lengthPenalty: v.optional(v.number(), 1),
  batchSize: v.optional(count, 64),
});

/**
 * Everything a run depends on. Unknown keys are errors. Texts declared as `Path` are relative to `data`, except
 * `output`, which is relative to the working directory.
 */
export const RunConfig = v.strictObject({
  /** The folder that paths are relative to. */
  data: v.optional(v.pipe(v.string(), v.nonEmpty("a path")), "."),
  /** The run's folder. */
  output: v.optional(v.pipe(v.string(), v.nonEmpty("a path")), "runs/vlpet"),
  backbone: v.optional(BackboneSettings, { name: "bart" }),
  /** A folder with the tokenizer's files; null = the backbone's folder. */
  tokenizer: v.optional(v.nullable(Path), null),
  pet: v.optional(PetConfig, { name: "vl-pet" }),
  visual: v.optional(
    v.strictObject({
      /** Visual tokens of an image after pooling its square feature grid; null = no pooling. */
      regions: v.optional(v.nullable(count), 36),
      /** Visual tokens of a clip: longer ones are pooled over time, shorter ones filled up with zeros. */
      frames: v.optional(count, 64),
      /** An image encoder inside the model, for photos in place of features; null = features are read. */
      encoder: v.optional(v.nullable(ImageEncoderSettings), null),
      /** Every picture and clip blanked out: what the words alone allow, a blind baseline. */
      blank: v.optional(v.boolean(), false),
    }),
    {},
  ),
  /** Whether texts carry their task's prompt. */
  prompts: v.optional(v.boolean(), true),
  /** Do as the original does, oddities included, or as it should be: docs/fidelity.md, "The improved behaviour". */
  behaviour: v.optional(v.picklist(BEHAVIOURS), "original"),
  tasks: v.optional(Tasks, {}),
  /** The built-in data set of drawn scenes, written into `data` before training where it is missing; null = none. */
  scenes: v.optional(v.nullable(Scenes), null),
  /** Leave out examples whose features are missing or corrupt: everything is read once to find them. */
  skipBad: v.optional(v.boolean(), false),
  training: v.optional(Training, {}),
  generation: v.optional(Generation, {}),
  engine: v.optional(
    v.strictObject({
      /** Threads of one operator; null = all cores. */
      threads: v.optional(v.nullable(count), null),
    }),
    {},
  ),
});
export type RunConfig = v.InferOutput<typeof RunConfig>;
export type RunConfigInput = v.InferInput<typeof RunConfig>;
