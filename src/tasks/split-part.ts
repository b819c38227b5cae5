import { RandomStream } from "../random.ts";
import type { TaskSplit } from "./task.ts";

/**
 * A split with only those of its examples, in the given order; scores and result files are of these alone. A part can be
 * scored where the whole split can.
 */
export function splitPart(split: TaskSplit, indices: readonly number[]): TaskSplit {
  const examples = indices.flatMap((index) => split.examples[index] ?? []);
  if (examples.length !== indices.length) throw new RangeError("internal: a split has no such example");
  return {
    ...split,
    examples,
    target(index, random) {
      const original = indices[index];
      if (original === undefined) throw new RangeError(`split ${split.split} has no example ${index}`);
      return split.target(original, random);
    },
    hasTarget(index) {
      const original = indices[index];
      return original !== undefined && split.hasTarget(original);
    },
  };
}

/**
 * The part of a split that the original's `--train_topk` and `--valid_topk` keep: for a share up to 1 so many examples
 * drawn at random (by `seed`), for a larger number the first so many; null = all. (spec datasets §4)
 */
export function topkPart(split: TaskSplit, topk: number | null, seed: number): TaskSplit {
  if (topk === null) return split;
  const all = split.examples.map((_, index) => index);
  if (topk > 1) return splitPart(split, all.slice(0, Math.trunc(topk)));
  const drawn = new RandomStream(seed, `topk/${split.task}/${split.split}`).shuffle(all);
  return splitPart(split, drawn.slice(0, Math.trunc(topk * all.length)));
}
