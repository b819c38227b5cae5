import type { RandomStream } from "../../random.ts";

/** Answers a question, as in VQA v2. */
export const ANSWERS_PER_QUESTION = 10;

export interface AnnotatorAnswer {
  readonly answer: string;
  readonly answer_confidence: "yes" | "maybe" | "no";
  /** 1…10 */
  readonly answer_id: number;
}

/** Other words people use for the same answer. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  large: ["big"],
  small: ["little"],
  purple: ["violet"],
  circle: ["round"],
  cross: ["plus"],
  middle: ["center"],
  top: ["up"],
  bottom: ["down"],
  "top left": ["upper left", "left"],
  "top right": ["upper right", "right"],
  "bottom left": ["lower left", "left"],
  "bottom right": ["lower right", "right"],
};

/** What people mistake an answer for. */
const MISTAKES: Readonly<Record<string, readonly string[]>> = {
  yes: ["no"],
  no: ["yes"],
  red: ["orange"],
  orange: ["red", "yellow"],
  yellow: ["orange"],
  green: ["blue"],
  blue: ["purple"],
  purple: ["blue"],
  black: ["blue"],
  square: ["cross"],
  star: ["cross"],
  triangle: ["star"],
};

/** Questions on which all ten agree. */
const UNANIMOUS = 0.5;
/** On the others, of the annotators free to differ: the shares who use another word and who are mistaken. */
const OTHER_WORD = 0.3;
const MISTAKEN = 0.12;
/** So many annotators at least give the right answer in its usual words, so that it always scores 1. */
const LEAST_AGREEING = 5;

/**
 * Ten answers to a question by simulated annotators: mostly the right one in the usual words, some in other words,
 * few mistaken, so that other answers earn the soft scores 0.3, 0.6 and 0.9.
 */
export function annotatorAnswers(right: string, stream: RandomStream): readonly AnnotatorAnswer[] {
  const agreed = stream.uniform() < UNANIMOUS;
  const loose = Array.from({ length: ANSWERS_PER_QUESTION }, (_, annotator) =>
    agreed || annotator < LEAST_AGREEING ? right : looseAnswer(right, stream),
  );
  return stream.shuffle(loose).map((answer, index) => {
    const sure = answer === right ? 0.9 : 0.5;
    const confidence = stream.uniform() < sure ? "yes" : stream.uniform() < 0.8 ? "maybe" : "no";
    return { answer, answer_confidence: confidence, answer_id: index + 1 };
  });
}

function looseAnswer(right: string, stream: RandomStream): string {
  const roll = stream.uniform();
  if (roll < OTHER_WORD) return otherWords(right, stream);
  if (roll < OTHER_WORD + MISTAKEN) return stream.pick(MISTAKES[right] ?? nearNumbers(right));
  return right;
}

/** The same answer in other words: a synonym, or "circle" for "red circle"; the answer itself where there is none. */
export function otherWords(answer: string, stream: RandomStream): string {
  return stream.pick(SYNONYMS[answer] ?? [answer.split(" ").at(-1) ?? answer]);
}

function nearNumbers(right: string): readonly string[] {
  const number = Number(right);
  if (!/^\d+$/.test(right)) return [right];
  return number > 0 ? [String(number - 1), String(number + 1)] : ["1"];
}
