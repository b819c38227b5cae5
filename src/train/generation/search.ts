/** Likely next tokens of one row, best first. */
export interface Candidates {
  readonly tokens: readonly number[];
  readonly logProbabilities: readonly number[];
}

/**
 * Scores the next token of every row. `tokens`: last token of each row; `order`: which earlier row each row continues;
 * `position`: tokens already in the rows' past. Gives at least `width` candidates a row.
 */
export type NextTokens = (
  tokens: readonly number[],
  order: readonly number[],
  position: number,
) => Promise<readonly Candidates[]>;

export interface SearchSettings {
  /** Rows an example; 1 = greedy. */
  readonly beams: number;
  /** Longest sequence, start token and end token included. */
  readonly maxLength: number;
  /** Size of n-grams that must not occur twice; 0 = off. */
  readonly noRepeatNgram: number;
  /** Stop an example as soon as it has as many finished sequences as beams. */
  readonly earlyStopping: boolean;
  /** Exponent of the length by which a sequence's score is divided. */
  readonly lengthPenalty: number;
  /** Force the end token at the last position (BART, in beam search only). */
  readonly forceEnd: boolean;
}

export interface SearchTokens {
  readonly decoderStart: number;
  readonly eos: number;
  readonly pad: number;
}

/** How many candidates a row must offer so that a search loses none: twice the beams, and one for each possible ban. */
export function candidateWidth({ beams, maxLength, noRepeatNgram }: SearchSettings): number {
  return 2 * beams + (noRepeatNgram > 0 ? maxLength : 0);
}

/** Tokens that would complete an n-gram that the sequence already has. */
export function bannedTokens(sequence: readonly number[], size: number): ReadonlySet<number> {
  const banned = new Set<number>();
  if (size <= 0 || sequence.length + 1 < size) return banned;
  const prefix = sequence.slice(sequence.length + 1 - size);
  for (let start = 0; start + size <= sequence.length; start++) {
    const next = sequence[start + size - 1];
    if (next !== undefined && prefix.every((token, i) => token === sequence[start + i])) banned.add(next);
  }
  return banned;
}
