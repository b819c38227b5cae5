/** Longest n-gram of BLEU and CIDEr. */
export const LONGEST_GRAM = 4;

/**
 * Counts of the n-grams of a token list, one map for each n = 1 … {@link LONGEST_GRAM}. Keys are the tokens joined by
 * spaces, which no token contains.
 */
export function countGrams(tokens: readonly string[]): readonly ReadonlyMap<string, number>[] {
  return Array.from({ length: LONGEST_GRAM }, (_, i) => {
    const counts = new Map<string, number>();
    for (let start = 0; start + i < tokens.length; start++) {
      const gram = tokens.slice(start, start + i + 1).join(" ");
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
    return counts;
  });
}
