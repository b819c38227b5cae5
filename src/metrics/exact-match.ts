/** GQA scores: exact string match, overall and as the official GQA evaluator breaks it down. */
import { VlPetError } from "../error.ts";

/** What the breakdown needs to know of a GQA question. */
export interface GqaQuestion {
  readonly questionId: string;
  readonly answer: string;
  /** `query` questions are open, all others (verify, logical, choose, compare) binary. */
  readonly structuralType: string;
  readonly semanticType: string;
  /** Name of the group whose answer distribution is compared; null for questions outside of every group. */
  readonly globalGroup: string | null;
}

/** Percent and number of questions. */
export interface GroupAccuracy {
  readonly accuracy: number;
  readonly count: number;
}

export interface GqaAccuracy {
  /** All percent; `binary` and `open` are 0 without such a question. */
  readonly accuracy: number;
  readonly binary: number;
  readonly open: number;
  readonly perStructuralType: Readonly<Record<string, GroupAccuracy>>;
  readonly perSemanticType: Readonly<Record<string, GroupAccuracy>>;
  /** A hundredth of the chi-square distance of predicted and true answer counts within groups; lower is better. */
  readonly distribution: number;
}

/** Share of predictions that equal their answer as strings, case and all; in [0, 1]. No prediction gives 0. */
export function exactMatch(predictions: readonly string[], answers: readonly string[]): number {
  if (predictions.length !== answers.length) {
    throw new VlPetError("data", "predictions and answers do not pair up", {
      expected: `${answers.length} predictions`,
      received: `${predictions.length}`,
    });
  }
  if (answers.length === 0) return 0;
  return answers.filter((answer, i) => answer === predictions[i]).length / answers.length;
}

interface Outcome extends GqaQuestion {
  readonly prediction: string;
}

function groupAccuracy(outcomes: readonly Outcome[]): GroupAccuracy {
  const correct = exactMatch(
    outcomes.map(({ prediction }) => prediction),
    outcomes.map(({ answer }) => answer),
  );
  return { accuracy: 100 * correct, count: outcomes.length };
}

function groups(outcomes: readonly Outcome[], key: (outcome: Outcome) => string): Map<string, Outcome[]> {
  const found = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const name = key(outcome);
    const group = found.get(name);
    if (group === undefined) found.set(name, [outcome]);
    else group.push(outcome);
  }
  return found;
}

function accuracyBy(outcomes: readonly Outcome[], key: (outcome: Outcome) => string) {
  return Object.fromEntries([...groups(outcomes, key)].map(([name, group]) => [name, groupAccuracy(group)]));
}

function counts(values: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}

/** Mean over groups, weighted by size, of Σ (predicted − true)² / true over the true answers, divided by 100. */
function distributionDistance(outcomes: readonly Outcome[]): number {
  const grouped = outcomes.filter(({ globalGroup }) => globalGroup !== null);
  let weighted = 0;
  for (const group of groups(grouped, ({ globalGroup }) => globalGroup ?? "").values()) {
    const predicted = counts(group.map(({ prediction }) => prediction));
    let distance = 0;
    for (const [answer, expected] of counts(group.map((outcome) => outcome.answer))) {
      distance += ((predicted.get(answer) ?? 0) - expected) ** 2 / expected;
    }
    weighted += distance * group.length;
  }
  return grouped.length === 0 ? 0 : weighted / grouped.length / 100;
}

/**
 * GQA accuracy with the official evaluator's breakdown.
 *
 * @param predictions generated answer by question id.
 * @throws VlPetError of kind `data` when a question has no prediction.
 */
export function gqaAccuracy(
  questions: readonly GqaQuestion[],
  predictions: ReadonlyMap<string, string>,
): GqaAccuracy {
  const outcomes = questions.map((question): Outcome => {
    const prediction = predictions.get(question.questionId);
    if (prediction === undefined) {
      throw new VlPetError("data", "a GQA question has no prediction", {
        where: `question ${question.questionId}`,
      });
    }
    return { ...question, prediction };
  });
  const open = outcomes.filter(({ structuralType }) => structuralType === "query");
  const binary = outcomes.filter(({ structuralType }) => structuralType !== "query");
  return {
    accuracy: groupAccuracy(outcomes).accuracy,
    binary: groupAccuracy(binary).accuracy,
    open: groupAccuracy(open).accuracy,
    perStructuralType: accuracyBy(outcomes, ({ structuralType }) => structuralType),
    perSemanticType: accuracyBy(outcomes, ({ semanticType }) => semanticType),
    distribution: distributionDistance(outcomes),
  };
}
