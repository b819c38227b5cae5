import type { RandomStream } from "../../../random.ts";
import type { ChoiceCandidate } from "./clip-questions.ts";

/** The choices of a question and the position of the right one. */
export interface Choices {
  readonly choices: readonly string[];
  readonly index: number;
}

/**
 * So many choices: the right answer, wrong ones that come close, and any others. They are listed in the order of all
 * possible answers, so that the position of an answer says little about whether it is right, and much about what it is.
 */
export function choicesOf(
  { answer, possible, near }: Pick<ChoiceCandidate, "answer" | "possible" | "near">,
  count: number,
  stream: RandomStream,
): Choices {
  const wrong = new Set(
    [...stream.shuffle(near), ...stream.shuffle(possible)].filter((text) => text !== answer),
  );
  const chosen = new Set([answer, ...[...wrong].slice(0, count - 1)]);
  const choices = possible.filter((text) => chosen.has(text));
  return { choices, index: choices.indexOf(answer) };
}
