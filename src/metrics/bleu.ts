/**
 * BLEU-1 to BLEU-4 (Papineni et al. 2002) as pycocoevalcap computes it: clipped n-gram precision, reference length closest to the
 * caption's, no smoothing but two tiny constants, so that a missing n-gram gives about 1e-5 rather than 0.
 */
import { countGrams, LONGEST_GRAM } from "./n-grams.ts";
import type { TokenizedCaption } from "./tokenized-caption.ts";
import { splitBlanks } from "./white-space.ts";

/** BLEU-1, -2, -3, -4; each in [0, 1]. */
export type BleuScores = readonly [bleu1: number, bleu2: number, bleu3: number, bleu4: number];

export interface Bleu {
  readonly corpus: BleuScores;
  readonly perItem: readonly BleuScores[];
}

const TINY = 1e-15;
const SMALL = 1e-9;

/** What BLEU needs of one caption, or summed over a corpus. */
interface Statistics {
  readonly length: number;
  readonly referenceLength: number;
  /** Clipped matches and all n-grams, for n = 1 … 4. */
  readonly correct: readonly number[];
  readonly guessed: readonly number[];
}

/** The reference length closest to the caption's; of two equally close the shorter. */
function closestLength(length: number, referenceLengths: readonly number[]): number {
  return referenceLengths.reduce((best, candidate) => {
    const difference = Math.abs(candidate - length) - Math.abs(best - length);
    return difference < 0 || (difference === 0 && candidate < best) ? candidate : best;
  });
}

function clippedMatches(
  hypothesis: ReadonlyMap<string, number>,
  references: readonly ReadonlyMap<string, number>[],
): number {
  let matches = 0;
  for (const [gram, count] of hypothesis) {
    const most = references.reduce((best, reference) => Math.max(best, reference.get(gram) ?? 0), 0);
    matches += Math.min(count, most);
  }
  return matches;
}

function statistics({ hypothesis, references }: TokenizedCaption): Statistics {
  const tokens = splitBlanks(hypothesis);
  const referenceTokens = references.map(splitBlanks);
  const referenceGrams = referenceTokens.map(countGrams);
  return {
    length: tokens.length,
    referenceLength: closestLength(
      tokens.length,
      referenceTokens.map(({ length }) => length),
    ),
    correct: countGrams(tokens).map((grams, i) =>
      clippedMatches(
        grams,
        referenceGrams.map((counts) => counts[i] ?? new Map<string, number>()),
      ),
    ),
    guessed: Array.from({ length: LONGEST_GRAM }, (_, i) => Math.max(0, tokens.length - i)),
  };
}

function scores({ length, referenceLength, correct, guessed }: Statistics): BleuScores {
  const ratio = (length + TINY) / (referenceLength + SMALL);
  const brevity = ratio < 1 ? Math.exp(1 - 1 / ratio) : 1;
  let product = 1;
  const upTo = (n: number): number => {
    product *= ((correct[n - 1] ?? 0) + TINY) / ((guessed[n - 1] ?? 0) + SMALL);
    return product ** (1 / n) * brevity;
  };
  return [upTo(1), upTo(2), upTo(3), upTo(4)];
}

function add(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value + (b[i] ?? 0));
}

/** BLEU of each caption and of the corpus (from summed counts). Every item needs a reference. */
export function bleu(items: readonly TokenizedCaption[]): Bleu {
  const each = items.map(statistics);
  const none = Array.from({ length: LONGEST_GRAM }, () => 0);
  const total = each.reduce<Statistics>(
    (sum, one) => ({
      length: sum.length + one.length,
      referenceLength: sum.referenceLength + one.referenceLength,
      correct: add(sum.correct, one.correct),
      guessed: add(sum.guessed, one.guessed),
    }),
    { length: 0, referenceLength: 0, correct: none, guessed: none },
  );
  return { corpus: scores(total), perItem: each.map(scores) };
}
