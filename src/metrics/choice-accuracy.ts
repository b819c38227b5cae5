/** Multiple-choice accuracy of TVQA and How2QA: the generated text must be the name of the right choice. */

/** A question with the name of its right choice (`a0` … `a4`) and its type (TVQA: the show). */
export interface ChoiceQuestion<Id extends string | number = number> {
  readonly questionId: Id;
  readonly answer: string;
  readonly type: string;
}

/** In [0, 1]. */
export interface ChoiceAccuracy {
  readonly overall: number;
  readonly perType: Readonly<Record<string, number>>;
}

/** The original's guard against types without a question; it lowers every accuracy by some 1e-10. */
const GUARD = 1e-10;

/**
 * Accuracy over the whole data set: a question without a prediction counts as wrong.
 *
 * @param predictions generated text by question id, compared exactly.
 */
export function choiceAccuracy<Id extends string | number>(
  questions: readonly ChoiceQuestion<Id>[],
  predictions: ReadonlyMap<Id, string>,
): ChoiceAccuracy {
  const byType = new Map<string, { correct: number; count: number }>();
  let correct = 0;
  for (const { questionId, answer, type } of questions) {
    const tally = byType.get(type) ?? { correct: 0, count: 0 };
    byType.set(type, tally);
    tally.count++;
    if (predictions.get(questionId) !== answer) continue;
    tally.correct++;
    correct++;
  }
  return {
    overall: correct / (questions.length + GUARD),
    perType: Object.fromEntries(
      [...byType].map(([type, tally]) => [type, tally.correct / (tally.count + GUARD)]),
    ),
  };
}
