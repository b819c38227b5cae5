import type { RandomStream } from "../../../random.ts";

/** Places right answers so that, over a split, each position holds as many as any other. */
export class BalancedPositions {
  readonly #counts: number[];

  constructor(choices: number) {
    this.#counts = Array<number>(choices).fill(0);
  }

  /** The right answer among the first wrong ones, in an order of its own. */
  place(
    right: string,
    wrong: readonly string[],
    stream: RandomStream,
  ): { readonly choices: readonly string[]; readonly index: number } {
    const least = Math.min(...this.#counts);
    const index = stream.pick(this.#counts.flatMap((count, i) => (count === least ? [i] : [])));
    this.#counts[index] = least + 1;
    const rest = stream.shuffle(wrong.slice(0, this.#counts.length - 1));
    return { choices: [...rest.slice(0, index), right, ...rest.slice(index)], index };
  }
}
