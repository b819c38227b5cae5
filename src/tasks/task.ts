import type * as v from "valibot";
import type { RandomStream } from "../random.ts";
import type { PROMPTS } from "../text/index.ts";

/** The benchmarks that have a prompt; `TASKS` holds those that can be run. */
export type TaskName = keyof typeof PROMPTS;

/** One thing to answer: what the model reads, and what counts as right. */
export interface Example {
  /** Unique in its split. */
  readonly id: string;
  /** Names of the feature files of its images. */
  readonly images: readonly string[];
  /** The whole source text, task prompt included. */
  readonly prompt: string;
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
  /** The number that the paper reports for this task. */
  readonly headline: { readonly name: string; readonly value: number };
  readonly all: Readonly<Record<string, number>>;
  /** How many predictions were scored. */
  readonly count: number;
  /** The headline's value of each scored example, by example id. */
  readonly perItem: ReadonlyMap<string, number>;
}

/** The examples of one split, ready to train on and to score. */
export interface TaskSplit {
  readonly task: TaskName;
  readonly split: string;
  readonly examples: readonly Example[];
  /**
   * Draws the training target of example `index`; the same stream gives the same target.
   *
   * @throws VlPetError "data" when the split has no answers.
   */
  target(index: number, random: RandomStream): Target;
  /**
   * Scores predictions by example id. Examples without a prediction are not counted, so a part of a split can be
   * scored by predicting that part.
   *
   * @throws VlPetError "data" when there is no prediction, one of an unknown example, or nothing to compare with.
   */
  score(predictions: ReadonlyMap<string, string>): Scores;
  /** The predictions as records of the benchmark's result file, in the order of the examples. */
  results(predictions: ReadonlyMap<string, string>): readonly Readonly<Record<string, string | number>>[];
}

/** Where the files of each split lie; the form of an entry is the task's own (`Task.sourceSchema`). */
export type TaskSource = Readonly<Record<string, unknown>>;

/** How a task is loaded. */
export interface LoadOptions {
  /** Put before the text in place of the task's own prompt; "" trains without task prompts. */
  readonly prompt?: string;
}

/** One kind of benchmark: how its files become examples, how it is trained, generated for and scored. */
export interface Task {
  readonly name: TaskName;
  /** `example-mean`: token mean per example, times its weight, then the batch mean. `token-mean`: over all tokens of the batch. */
  readonly loss: "example-mean" | "token-mean";
  readonly prompt: string;
  /** Token limits of source and target text, markers included. */
  readonly limits: { readonly source: number; readonly target: number };
  /** `beams: "config"` leaves the number to the run; `maxLength` counts the decoder's start token. */
  readonly generation: { readonly beams: number | "config"; readonly maxLength: number };
  /** The form of one split's entry in `TaskSource`. */
  readonly sourceSchema: v.GenericSchema;
  /**
   * Reads the split's annotation files.
   *
   * @throws VlPetError "config" when the source has no such split or its entry has another form, "data" when a file is
   * missing, damaged or of another form.
   */
  load(source: TaskSource, split: string, options?: LoadOptions): Promise<TaskSplit>;
  /**
   * Writes the benchmark's result file, replacing it as a whole.
   *
   * @throws VlPetError "data" when a prediction belongs to no example or the file cannot be written.
   */
  writePredictions(file: string, split: TaskSplit, predictions: ReadonlyMap<string, string>): Promise<void>;
}
