/**
 * Learns byte-level byte-pair merges (Sennrich et al. 2016; the byte alphabet is GPT-2's) from counted words. Small
 * and deterministic rather than fast: made for vocabularies of a few hundred pieces.
 */

/** GPT-2 writes each byte as one printable character: itself where it is printable, else one from U+0100 upwards. */
export function byteCharacters(): readonly string[] {
  let spare = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : spare++));
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

/** GPT-2's way of cutting a text into the words within which pieces are merged. */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** How often each word occurs in the texts, written in the byte alphabet. */
export function countedWords(texts: Iterable<string>): Map<string, number> {
  const characters = byteCharacters();
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const word of text.match(WORDS) ?? []) {
      const spelled = Array.from(new TextEncoder().encode(word), (byte) => characters[byte] ?? "").join("");
      counts.set(spelled, (counts.get(spelled) ?? 0) + 1);
    }
  }
  return counts;
}

export type Merge = readonly [left: string, right: string];

/**
 * Up to `most` merges, the most frequent pair first; of equally frequent pairs the one first in code-point order.
 * Fewer when every word has become one piece.
 */
export function bytePairMerges(counts: ReadonlyMap<string, number>, most: number): readonly Merge[] {
  let words: readonly SplitWord[] = Array.from(counts, ([word, count]) => ({
    pieces: Array.from(word),
    count,
  }));
  const merges: Merge[] = [];
  while (merges.length < most) {
    const best = mostFrequentPair(words);
    if (best === undefined) break;
    merges.push(best);
    words = words.map(({ pieces, count }) => ({ pieces: merged(pieces, best), count }));
  }
  return merges;
}

interface SplitWord {
  readonly pieces: readonly string[];
  readonly count: number;
}

function mostFrequentPair(words: readonly SplitWord[]): Merge | undefined {
  const counts = new Map<string, { readonly pair: Merge; count: number }>();
  for (const { pieces, count } of words) {
    for (let i = 1; i < pieces.length; i++) {
      const pair: Merge = [pieces[i - 1] ?? "", pieces[i] ?? ""];
      const entry = counts.get(pair.join(" ")) ?? { pair, count: 0 };
      entry.count += count;
      counts.set(pair.join(" "), entry);
    }
  }
  let best: { readonly key: string; readonly pair: Merge; readonly count: number } | undefined;
  for (const [key, { pair, count }] of counts) {
    if (best === undefined || count > best.count || (count === best.count && key < best.key)) {
      best = { key, pair, count };
    }
  }
  return best?.pair;
}

function merged(pieces: readonly string[], [left, right]: Merge): readonly string[] {
  const out: string[] = [];
  for (let i = 0; i < pieces.length; i++) {
    const joins = pieces[i] === left && pieces[i + 1] === right;
    out.push(joins ? left + right : (pieces[i] ?? ""));
    if (joins) i++;
  }
  return out;
}
