import type { RandomStream } from "../../random.ts";

/** A question that could be asked about something. Answers are balanced within a variant of a kind. */
export interface Candidate {
  readonly question: string;
  readonly answer: string;
  readonly variant?: string;
}

/** A kind of question about a `Subject`. */
export interface QuestionKind<Subject, Question extends Candidate = Candidate> {
  /** What may be asked about this subject; empty when nothing of the kind makes sense. */
  candidates(subject: Subject, stream: RandomStream): readonly Question[];
}

/** A question as it was asked, with the name and the table's entry of its kind. */
export type Asked<Question extends Candidate, Kind> = Question & {
  readonly name: string;
  readonly kind: Kind;
};

/**
 * Asks questions so that kinds and answers come out evenly over a whole split: each time the kind asked least so far,
 * and within it the answer given least so far. A question's wording therefore says as little as possible about its
 * answer. One value serves the scenes (or clips) of one split, in order.
 */
export class BalancedQuestions<Subject, Question extends Candidate, Kind> {
  readonly #kinds: readonly (readonly [string, QuestionKind<Subject, Question> & Kind])[];
  readonly #asked = new Map<string, number>();

  constructor(kinds: Readonly<Record<string, QuestionKind<Subject, Question> & Kind>>) {
    this.#kinds = Object.entries(kinds);
  }

  /** Up to `count` questions of different kinds about a subject; fewer when it allows fewer. */
  ask(subject: Subject, count: number, stream: RandomStream): readonly Asked<Question, Kind>[] {
    const questions: Asked<Question, Kind>[] = [];
    const kinds = stream.shuffle(this.#kinds);
    for (const [name, kind] of kinds.toSorted(([a], [b]) => this.#count(a) - this.#count(b))) {
      if (questions.length === count) break;
      const chosen = this.#rarest(name, stream.shuffle(kind.candidates(subject, stream)), stream);
      if (chosen === undefined) continue;
      questions.push({ ...chosen, name, kind });
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
  #rarest(kind: string, candidates: readonly Question[], stream: RandomStream): Question | undefined {
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
