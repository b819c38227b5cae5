/**
 * CIDEr-D (Vedantam et al. 2015, section 5) as pycocoevalcap computes it under the name CIDEr: no stemming, document
 * frequencies from the references at hand. Scores therefore depend on the whole set, and a single item scores 0.
 */
import { countGrams, LONGEST_GRAM } from "./n-grams.ts";
import type { TokenizedCaption } from "./tokenized-caption.ts";
import { splitBlanks } from "./white-space.ts";

/** About 0 to 10; the corpus value is the mean, 0 without items. */
export interface Cider {
  readonly corpus: number;
  readonly perItem: readonly number[];
}

const SIGMA = 6;
const SCALE = 10;

type Grams = readonly ReadonlyMap<string, number>[];

/** A caption as tf-idf vectors, one for each n. */
interface WeightedGrams {
  readonly vectors: readonly ReadonlyMap<string, number>[];
  readonly norms: readonly number[];
  /** Quirk: the length in the length penalty counts bigrams, not words. */
  readonly length: number;
}

/** In how many items' references an n-gram occurs. */
function documentFrequencies(references: readonly (readonly Grams[])[]): ReadonlyMap<string, number> {
  const frequencies = new Map<string, number>();
  for (const item of references) {
    const occurring = new Set(item.flatMap((grams) => grams.flatMap((counts) => [...counts.keys()])));
    for (const gram of occurring) frequencies.set(gram, (frequencies.get(gram) ?? 0) + 1);
  }
  return frequencies;
}

function weighted(grams: Grams, weightOf: (gram: string) => number): WeightedGrams {
  const vectors = grams.map((counts) => {
    const vector = new Map<string, number>();
    for (const [gram, count] of counts) vector.set(gram, count * weightOf(gram));
    return vector;
  });
  const norms = vectors.map((vector) => {
    let squares = 0;
    for (const weight of vector.values()) squares += weight ** 2;
    return Math.sqrt(squares);
  });
  let length = 0;
  for (const count of grams[1]?.values() ?? []) length += count;
  return { vectors, norms, length };
}

/** Mean over n of the clipped cosine similarity, times the length penalty. */
function similarity(hypothesis: WeightedGrams, reference: WeightedGrams): number {
  let total = 0;
  for (const [i, vector] of hypothesis.vectors.entries()) {
    const other = reference.vectors[i];
    let product = 0;
    for (const [gram, weight] of vector) {
      const otherWeight = other?.get(gram) ?? 0;
      product += Math.min(weight, otherWeight) * otherWeight;
    }
    const norms = (hypothesis.norms[i] ?? 0) * (reference.norms[i] ?? 0);
    total += norms === 0 ? product : product / norms;
  }
  const difference = hypothesis.length - reference.length;
  return (total / LONGEST_GRAM) * Math.exp(-(difference ** 2) / (2 * SIGMA ** 2));
}

/** CIDEr-D of each caption and their mean. Every item needs a reference. */
export function cider(items: readonly TokenizedCaption[]): Cider {
  const references = items.map((item) => item.references.map((text) => countGrams(splitBlanks(text))));
  const frequencies = documentFrequencies(references);
  const logItems = Math.log(items.length);
  const weightOf = (gram: string): number => logItems - Math.log(Math.max(1, frequencies.get(gram) ?? 0));
  const perItem = items.map(({ hypothesis }, i) => {
    const own = weighted(countGrams(splitBlanks(hypothesis)), weightOf);
    const others = references[i] ?? [];
    const total = others.reduce((sum, grams) => sum + similarity(own, weighted(grams, weightOf)), 0);
    return (total / others.length) * SCALE;
  });
  const sum = perItem.reduce((total, score) => total + score, 0);
  return { corpus: items.length === 0 ? 0 : sum / items.length, perItem };
}
