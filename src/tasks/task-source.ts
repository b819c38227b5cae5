import * as v from "valibot";
import { VlPetError } from "../error.ts";
import type { TaskName, TaskSource } from "./task.ts";

/** A path that is not empty. */
export const Path = v.pipe(v.string(), v.nonEmpty("a path"));

/** One path or several. */
export const Paths = v.union([Path, v.pipe(v.array(Path), v.minLength(1, "at least one path"))]);

/** What a task accepts as the files of one split. */
export interface SourceForm<T> {
  readonly task: TaskName;
  readonly schema: v.GenericSchema<unknown, T>;
  /** The form in words, for errors. */
  readonly form: string;
}

/** The files of one split. @throws VlPetError "config" as `Task.load` says. */
export function splitSource<T>(source: TaskSource, split: string, accepted: SourceForm<T>): T {
  const { task, schema, form } = accepted;
  const entry = Object.hasOwn(source, split) ? source[split] : undefined;
  if (entry === undefined) {
    const known = Object.keys(source);
    throw new VlPetError("config", `task ${task} has no files for the split "${split}"`, {
      received: known.length === 0 ? "no splits" : `splits ${known.join(", ")}`,
      fix: `add the files of "${split}" to the task's source, or name another split`,
    });
  }
  const result = v.safeParse(schema, entry);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new VlPetError("config", `the files of task ${task} are not given as they should be`, {
    where: [split, v.getDotPath(issue)].filter((part) => part !== null).join("."),
    expected: issue.expected === "never" ? "no entry of this name" : (issue.expected ?? issue.message),
    received: issue.received,
    fix: `write ${form}`,
  });
}

/** Whether a split is one to train on: "train" is a word of its name, as in `karpathy_train` and `train_release`. */
export function isTrainingSplit(split: string): boolean {
  return split.split("_").includes("train");
}

/** The name of a split in Karpathy's terms: what follows the last underscore, and "val" for its longer spellings. */
export function karpathySplit(split: string): string {
  const name = split.slice(split.lastIndexOf("_") + 1);
  return name === "valid" || name === "validation" ? "val" : name;
}
