import type { RandomStream } from "../../random.ts";

/** A question that could be asked about something. Answers are balanced within a variant of a kind. */
export interface Candidate {
  readonly question: string;
  readonly answer: string;
  readonly variant?: string;
  /** Everything that could be answered, where that is known. Then no answer is given much more often than the others. */
  readonly possible?: readonly string[];
}

/** So many times more than its share may an answer be given: the first ones have no share yet. */
const SLACK = 2;

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

  /**
   * Up to `count` questions of different kinds about a subject; fewer when it allows fewer, or when more would give
   * answers that were given often enough. Where anything can be asked, one question is.
   */
  ask(subject: Subject, count: number, stream: RandomStream): readonly Asked<Question, Kind>[] {
    const questions: Asked<Question, Kind>[] = [];
    const spare: Asked<Question, Kind>[] = [];
    const kinds = stream.shuffle(this.#kinds);
    for (const [name, kind] of kinds.toSorted(([a], [b]) => this.#count(a) - this.#count(b))) {
      if (questions.length === count) break;
      const chosen = this.#rarest(name, stream.shuffle(kind.candidates(subject, stream)), stream);
      if (chosen === undefined) continue;
      const asked = { ...chosen, name, kind };
      if (this.#isFrequent(asked)) spare.push(asked);
      else questions.push(this.#counted(asked));
    }
    return questions.length > 0 ? questions : spare.slice(0, 1).map((asked) => this.#counted(asked));
  }

  #counted(asked: Asked<Question, Kind>): Asked<Question, Kind> {
    for (const key of [asked.name, variantKey(asked.name, asked), answerKey(asked.name, asked)])
      this.#add(key);
    return asked;
  }

  /** Whether the answer has had its share of the questions of this variant already. */
  #isFrequent(asked: Asked<Question, Kind>): boolean {
    if (asked.possible === undefined) return false;
    const share = this.#count(variantKey(asked.name, asked)) / asked.possible.length;
    return this.#count(answerKey(asked.name, asked)) >= share + SLACK;
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

function variantKey(kind: string, { variant }: Candidate): string {
  return `${kind}/${variant ?? ""}`;
}

function answerKey(kind: string, candidate: Candidate): string {
  return `${variantKey(kind, candidate)}/${candidate.answer}`;
}
