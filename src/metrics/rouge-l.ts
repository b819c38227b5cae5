/** ROUGE-L (Lin 2004) as pycocoevalcap computes it. */
import type { TokenizedCaption } from "./tokenized-caption.ts";

/** Each in [0, 1]; the corpus value is the mean, 0 without items. */
export interface RougeL {
  readonly corpus: number;
  readonly perItem: readonly number[];
}

const BETA_SQUARED = 1.2 ** 2;

/** Length of the longest common subsequence. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let previous = new Uint32Array(b.length + 1);
  let current = new Uint32Array(b.length + 1);
  for (const token of a) {
    for (let j = 0; j < b.length; j++) {
      const skip = Math.max(previous[j + 1] ?? 0, current[j] ?? 0);
      current[j + 1] = token === b[j] ? (previous[j] ?? 0) + 1 : skip;
    }
    [previous, current] = [current, previous];
  }
  return previous[b.length] ?? 0;
}

/** Quirk: the best precision and the best recall may come from different references. */
function captionScore({ hypothesis, references }: TokenizedCaption): number {
  // Split at single spaces, unlike BLEU: an empty caption is one empty token, a no-break space joins its words.
  const tokens = hypothesis.split(" ");
  let precision = 0;
  let recall = 0;
  for (const reference of references) {
    const referenceTokens = reference.split(" ");
    const common = longestCommon(referenceTokens, tokens);
    precision = Math.max(precision, common / tokens.length);
    recall = Math.max(recall, common / referenceTokens.length);
  }
  if (precision === 0 || recall === 0) return 0;
  return ((1 + BETA_SQUARED) * precision * recall) / (recall + BETA_SQUARED * precision);
}

/** ROUGE-L of each caption and their mean. */
export function rougeL(items: readonly TokenizedCaption[]): RougeL {
  const perItem = items.map(captionScore);
  const total = perItem.reduce((sum, score) => sum + score, 0);
  return { corpus: items.length === 0 ? 0 : total / items.length, perItem };
}
