import type * as v from "valibot";
import type { TokenizedCaption } from "../metrics/index.ts";
import type { RandomStream } from "../random.ts";
import type { PROMPTS } from "../text/index.ts";

/** The benchmarks, each with its prompt, and the user's own data; `TASKS` holds those that can be run. */
export type TaskName = keyof typeof PROMPTS | "custom";

/**
 * Whether a run does what the original does, oddities included, or what it should do: see docs/fidelity.md, "The
 * improved behaviour".
 */
export const BEHAVIOURS = ["original", "improved"] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/** One thing to answer: what the model reads, and what counts as right. */
export interface Example {
  /** Unique in its split. */
  readonly id: string;
  /** Names of the feature files of its images, in order, or of its one clip. */
  readonly images: readonly string[];
  /** The whole source text, task prompt included; what is over the limit is cut off at its end. */
  readonly prompt: string;
  /** From and to (exclusive) which character `prompt` is shortened, from the right, before anything else is cut. */
  readonly spare?: readonly [number, number];
  /** Texts that count as right, the best first; empty where the split has no answers. */
  readonly references: readonly string[];
}

/** What an example is trained towards. */
export interface Target {
  readonly text: string;
  /** Factor of this example's loss, 0 to 1; only `example-mean` losses read it. */
  readonly weight: number;
}

/** Scores of predictions, in percent. */
export interface Scores {
  /** The score that stands for the task: in averages, and where one number must do. */
  readonly headline: { readonly name: string; readonly value: number };
  readonly all: Readonly<Record<string, number>>;
  /** How many predictions were scored. */
  readonly count: number;
  /** The headline's value of each scored example, by example id. */
  readonly perItem: ReadonlyMap<string, number>;
}

/**
 * How the model answers: by writing a text, or by which of some words it finds likeliest as its first word. Of equally
 * likely words the later one counts, as in the original's NLVR2.
 */
export type Answer =
  | {
      readonly kind: "text";
      /** `"config"` leaves the number to the run. */
      readonly beams: number | "config";
      /** Counts the decoder's start token. */
      readonly maxLength: number;
    }
  | { readonly kind: "word"; readonly words: readonly [string, string, ...string[]] };

/** How a task's examples are read, trained and answered. */
export interface TaskForm {
  /** `example-mean`: token mean per example, times its weight, then the batch mean. `token-mean`: over all tokens of the batch. */
  readonly loss: "example-mean" | "token-mean";
  /** Token limits of source and target text, markers included; `Infinity` = none. */
  readonly limits: { readonly source: number; readonly target: number };
  /** Whether `Example.images` are pictures, or one clip whose frames are brought to the number the model takes. */
  readonly visual: "images" | "clip";
  /** Pictures of an example; default 1. */
  readonly imageCount?: number;
  /** Factor of the run's batch size, in place of the task's `sixtieths`. */
  readonly batchShare?: number;
  readonly answer: Answer;
}

/** The examples of one split, ready to train on and to score. */
export interface TaskSplit {
  readonly task: TaskName;
  readonly split: string;
  readonly form: TaskForm;
  readonly examples: readonly Example[];
  /**
   * Draws the training target of example `index`; the same stream gives the same target.
   *
   * @throws VlPetError "data" when the split has no answers.
   */
  target(index: number, random: RandomStream): Target;
  /** Whether `target` gives one for example `index`. */
  hasTarget(index: number): boolean;
  /**
   * Whether predictions of any of the examples can be scored. False where a single one has nothing to be compared with;
   * only where rows without an answer are left out of the scores (`custom`) does one with an answer suffice.
   */
  readonly isScorable: boolean;
  /**
   * Scores predictions by example id. Examples without a prediction are not counted, so a part of a split can be
   * scored by predicting that part.
   *
   * @throws VlPetError "data" when there is no prediction, one of an unknown example, or nothing to compare with.
   */
  score(predictions: ReadonlyMap<string, string>): Scores;
  /**
   * The predictions by example id, with their references and tokenised, as the caption scores take them: what METEOR and
   * SPICE are computed of. Only where the task is scored by such.
   *
   * @throws VlPetError "data" as `score`.
   */
  readonly tokenizedCaptions?: (
    predictions: ReadonlyMap<string, string>,
  ) => ReadonlyMap<string, TokenizedCaption>;
  /** The predictions in the benchmark's own format, in the order of the examples: the content of its result file. */
  resultFile(predictions: ReadonlyMap<string, string>): string;
}

/**
 * Where the files of each split lie, by the split's name (the form of an entry is `Task.sourceSchema`), and the task's
 * own settings by theirs (`Task.settings`).
 */
export type TaskSource = Readonly<Record<string, unknown>>;

/** How a task is loaded. */
export interface LoadOptions {
  /** In place of the task's own prompt; "" trains without task prompts. */
  readonly prompt?: string;
  /** Default "original". */
  readonly behaviour?: Behaviour;
}

/** What can be asked about pictures or a clip without any file of annotations. */
export interface Asked {
  /** A question or statement. */
  readonly text?: string;
  /** What is said in the clip, line by line. */
  readonly subtitles?: readonly string[];
  /** Seconds of the clip that are asked about. */
  readonly time?: readonly [from: number, to: number];
  /** Answers to choose from. */
  readonly choices?: readonly string[];
  /** Parts of the text by name, for a task whose text has a template. */
  readonly parts?: Readonly<Record<string, string>>;
}

/** One kind of benchmark: how its files become examples, and which formats its results have. */
export interface Task {
  readonly name: TaskName;
  /** The words that announce the task to the model; the original's own. */
  readonly prompt: string;
  /** Sixtieths of the run's batch size that a batch of this task has, as the original scales them. */
  readonly sixtieths: number;
  /** The form of one split's entry in `TaskSource`. */
  readonly sourceSchema: v.GenericSchema;
  /** Settings of the task as a whole, beside its splits. */
  readonly settings?: Readonly<Record<string, v.GenericSchema>>;
  /** The result file's ending, without the dot. */
  readonly resultEnding: "json" | "jsonl" | "csv";
  /** The files that `referenceSource` takes, in words, for the help. */
  readonly referenceHelp: string;
  /** How examples are read, trained and answered; `source` is asked for the task's own settings only. */
  form(source: TaskSource, options?: LoadOptions): TaskForm;
  /**
   * The source text of a single example, made as `load` makes it.
   *
   * @throws VlPetError "config" when the task needs something that is not asked, or has no use for something that is.
   */
  ask(asked: Asked, source: TaskSource, options?: LoadOptions): Pick<Example, "prompt" | "spare">;
  /**
   * Reads the split's annotation files.
   *
   * @throws VlPetError "config" when the source has no such split or its entry has another form, "data" when a file is
   * missing, damaged or of another form.
   */
  load(source: TaskSource, split: string, options?: LoadOptions): Promise<TaskSplit>;
  /**
   * Reads a result file in the benchmark's own format: predictions by example id.
   *
   * @throws VlPetError "data" when the file cannot be read, has another form, or holds an id twice.
   */
  readResults(file: string): Promise<ReadonlyMap<string, string>>;
  /**
   * The source entry of a split that some reference files make up, given in any order.
   *
   * @throws VlPetError "config" when there are too few or too many files, "data" when one is of no known form.
   */
  referenceSource(files: readonly string[], split: string): Promise<unknown>;
}
