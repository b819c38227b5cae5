import type { GqaQuestionRecord } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import { gqaAccuracy, type GqaQuestion, labelScore } from "../metrics/index.ts";
import { type Predicted, scorableExamples } from "./predictions.ts";
import type { Example, Scores } from "./task.ts";

type Answered = Predicted & { readonly question: GqaQuestionRecord };

/**
 * Scores of GQA answers: the share of those that equal the question's answer as strings, and, where the files tell the
 * types of all questions, the official evaluator's breakdown (`distribution` is lower for better answers).
 *
 * @throws VlPetError "data" when a question has no answer.
 */
export function scoreGqa(
  questions: readonly GqaQuestionRecord[],
  examples: readonly Example[],
  predictions: ReadonlyMap<string, string>,
): Scores {
  const answered = scorableExamples(examples, predictions).flatMap((entry): Answered[] => {
    const question = questions[entry.index];
    return question === undefined ? [] : [{ ...entry, question }];
  });
  const scores = answered.map(({ question, text }) => 100 * answerScore(question, text));
  const accuracy = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return {
    headline: { name: "accuracy", value: accuracy },
    all: { accuracy, ...breakdown(answered) },
    count: answered.length,
    perItem: new Map(answered.map(({ example }, i) => [example.id, scores[i] ?? 0])),
  };
}

function answerScore({ id, label }: GqaQuestionRecord, prediction: string): number {
  if (label !== undefined) return labelScore([{ prediction, label: Object.fromEntries(label) }]);
  throw new VlPetError("data", "this question has no answer to compare with", {
    where: `gqa question ${id}`,
    fix: "score a split with answers, or write a result file and submit it",
  });
}

/** What the official evaluator prints beside the accuracy; nothing where a question's types are unknown. */
function breakdown(answered: readonly Answered[]): Readonly<Record<string, number>> {
  const typed = answered.flatMap(({ example, question: { types } }): GqaQuestion[] =>
    types === undefined
      ? []
      : [
          {
            questionId: example.id,
            answer: example.references[0] ?? "",
            structuralType: types.structural,
            semanticType: types.semantic,
            globalGroup: types.group,
          },
        ],
  );
  if (typed.length < answered.length) return {};
  const texts = new Map(answered.map(({ example, text }) => [example.id, text]));
  const { binary, open, distribution, ...parts } = gqaAccuracy(typed, texts);
  const byType = Object.entries({ ...parts.perStructuralType, ...parts.perSemanticType });
  const openness = new Set(typed.map(({ structuralType }) => structuralType === "query"));
  return {
    ...(openness.has(false) && { binary }),
    ...(openness.has(true) && { open }),
    ...Object.fromEntries(byType.map(([type, group]) => [`accuracy: ${type}`, group.accuracy])),
    ...(typed.some(({ globalGroup }) => globalGroup !== null) && { distribution }),
  };
}
