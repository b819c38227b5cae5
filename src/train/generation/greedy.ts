import { bannedTokens, type NextTokens, type SearchSettings, type SearchTokens } from "./search.ts";

/** The most likely token at every step. Sequences start with the start token and end with the end token, if reached. */
export async function greedySearch(
  examples: number,
  next: NextTokens,
  settings: SearchSettings,
  tokens: SearchTokens,
): Promise<readonly (readonly number[])[]> {
  const sequences = Array.from({ length: examples }, () => [tokens.decoderStart]);
  const finished = sequences.map(() => false);
  const order = sequences.map((_, row) => row);
  for (let length = 1; length < settings.maxLength && finished.includes(false); length++) {
    const last = sequences.map((sequence) => sequence.at(-1) ?? tokens.pad);
    const rows = await next(last, order, length - 1);
    sequences.forEach((sequence, row) => {
      if (finished[row]) return void sequence.push(tokens.pad);
      const banned = bannedTokens(sequence, settings.noRepeatNgram);
      const token = rows[row]?.tokens.find((candidate) => !banned.has(candidate)) ?? tokens.eos;
      sequence.push(token);
      finished[row] = token === tokens.eos;
    });
  }
  return sequences.map((sequence) => withoutTail(sequence, tokens.pad));
}

function withoutTail(sequence: readonly number[], pad: number): readonly number[] {
  return sequence.slice(0, sequence.findLastIndex((token) => token !== pad) + 1);
}
