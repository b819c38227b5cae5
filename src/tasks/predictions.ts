import { VlPetError } from "../error.ts";
import type { Example, TaskSplit } from "./task.ts";

/** The position of one example and what was predicted for it. */
export interface Predicted {
  readonly index: number;
  readonly example: Example;
  readonly text: string;
}

/** What can be done with a split whose references are all that it is trained towards and compared with. */
export function answeredBy(examples: readonly Example[]): Pick<TaskSplit, "hasTarget" | "isScorable"> {
  return { hasTarget: (index) => isAnswered(examples[index]), isScorable: examples.every(isAnswered) };
}

function isAnswered(example: Example | undefined): boolean {
  return (example?.references.length ?? 0) > 0;
}

/**
 * The examples that have a prediction, in the order of the split.
 *
 * @throws VlPetError "data" when a prediction belongs to no example.
 */
export function predictedExamples(
  examples: readonly Example[],
  predictions: ReadonlyMap<string, string>,
): Predicted[] {
  const found: Predicted[] = [];
  for (const [index, example] of examples.entries()) {
    const text = predictions.get(example.id);
    if (text !== undefined) found.push({ index, example, text });
  }
  if (found.length === predictions.size) return found;
  const known = new Set(examples.map((example) => example.id));
  const unknown = [...predictions.keys()].filter((id) => !known.has(id));
  throw new VlPetError("data", `${unknown.length} of ${predictions.size} predictions belong to no example`, {
    received: unknown.slice(0, 5).join(", "),
    fix: "score predictions against the split they were made for",
  });
}

/** As `predictedExamples`, for scoring. @throws VlPetError "data" also when there is no prediction at all. */
export function scorableExamples(
  examples: readonly Example[],
  predictions: ReadonlyMap<string, string>,
): Predicted[] {
  if (predictions.size > 0) return predictedExamples(examples, predictions);
  throw new VlPetError("data", "there are no predictions to score", {
    fix: "predict at least one example of the split",
  });
}
