import type { RandomStream } from "../../random.ts";
import type { Scene } from "./grammar.ts";
import { QUESTION_KINDS } from "./question-kinds.ts";
import type { AnswerType, Candidate } from "./question-kinds.ts";

/** A question about a scene with the answer that is right. */
export interface SceneQuestion {
  readonly question: string;
  readonly answer: string;
  /** The words the question starts with, as VQA v2's `question_type`. */
  readonly questionType: string;
  readonly answerType: AnswerType;
}

/**
 * Asks questions so that kinds and answers come out evenly over a whole split: each time the kind asked least so far,
 * and within it the answer given least so far. A question's wording therefore says as little as possible about its
 * answer. One value serves the scenes of one split, in order.
 */
export class BalancedQuestions {
  readonly #asked = new Map<string, number>();

  /** Up to `count` questions of different kinds about a scene; fewer when the scene allows fewer. */
  ask(scene: Scene, count: number, stream: RandomStream): readonly SceneQuestion[] {
    const questions: SceneQuestion[] = [];
    const kinds = stream.shuffle(Object.entries(QUESTION_KINDS));
    for (const [name, kind] of kinds.toSorted(([a], [b]) => this.#count(a) - this.#count(b))) {
      if (questions.length === count) break;
      const chosen = this.#rarest(name, stream.shuffle(kind.candidates(scene, stream)), stream);
      if (chosen === undefined) continue;
      const { question, answer } = chosen;
      questions.push({ question, answer, questionType: kind.type, answerType: kind.answerType });
      this.#add(name);
      this.#add(answerKey(name, chosen));
    }
    return questions;
  }

  #count(key: string): number {
    return this.#asked.get(key) ?? 0;
  }

  #add(key: string): void {
    this.#asked.set(key, this.#count(key) + 1);
  }

  /** The candidate whose answer was given least, within a variant drawn at random. */
  #rarest(kind: string, candidates: readonly Candidate[], stream: RandomStream): Candidate | undefined {
    const variants = [...new Set(candidates.map(({ variant }) => variant))];
    const variant = variants[stream.integer(variants.length)];
    return candidates
      .filter((candidate) => candidate.variant === variant)
      .toSorted((a, b) => this.#count(answerKey(kind, a)) - this.#count(answerKey(kind, b)))
      .at(0);
  }
}

function answerKey(kind: string, { variant, answer }: Candidate): string {
  return `${kind}/${variant ?? ""}/${answer}`;
}
