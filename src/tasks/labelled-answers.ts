import { VlPetError } from "../error.ts";
import type { VisualQuestion } from "../data/index.ts";
import type { RandomStream } from "../random.ts";
import type { Target, TaskName } from "./task.ts";

/** The answers that count as right, the best first; none where the question has no label. */
export function bestFirst({ label }: VisualQuestion): string[] {
  const scored = [...(label ?? [])].filter(([, score]) => score > 0);
  return scored.toSorted(([, a], [, b]) => b - a).map(([answer]) => answer);
}

/** Whether every question has a label, be it an empty one. */
export function areLabelled(questions: readonly VisualQuestion[]): boolean {
  return questions.every(({ label }) => label !== undefined);
}

/**
 * One answer of question `index` with probability proportional to its score, and that score as weight. A question
 * without any scored answer gives "" with weight 0, as in the original.
 *
 * @throws RangeError when there is no such question, VlPetError "data" when it has no label.
 */
export function drawnAnswer(
  questions: readonly VisualQuestion[],
  index: number,
  { task, split, random }: { readonly task: TaskName; readonly split: string; readonly random: RandomStream },
): Target {
  const question = questions[index];
  if (question === undefined) throw new RangeError(`split ${split} has no example ${index}`);
  if (question.label === undefined) throw withoutAnswer(`${task} ${split}, question ${question.id}`);
  let rest = random.uniform() * [...question.label.values()].reduce((sum, score) => sum + score, 0);
  let drawn: Target = { text: "", weight: 0 };
  for (const [text, weight] of question.label) {
    if (weight <= 0) continue;
    drawn = { text, weight };
    rest -= weight;
    if (rest < 0) break;
  }
  return drawn;
}

/** The error of an example that is to be trained on and has no answer. */
export function withoutAnswer(where: string): VlPetError {
  return new VlPetError("data", "this split has no answers to train towards", {
    where,
    fix: "train on a split with annotations or labels",
  });
}
