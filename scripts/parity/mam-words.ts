import type { CaseDescription } from "./case.ts";

type Words = CaseDescription["method"];

function part(words: Words, name: string): Readonly<Record<string, unknown>> {
  return (words[name] ?? {}) as Readonly<Record<string, unknown>>;
}

function prefixOf(words: Words): object {
  const { length, midDim } = part(words, "prefix");
  return { length, middle: midDim ?? null };
}

function parallelOf(words: Words): object {
  const { rank, scale } = part(words, "parallelAdapter");
  return { rank, scale, dropRate: 0 };
}

/** Settings of prefix tuning, the parallel adapter and both, by what the cases call them. */
export const MAM_WORDS: Readonly<Record<string, (words: Words) => unknown>> = {
  prefix: (words) => ({ name: "prefix", ...prefixOf(words) }),
  "parallel-adapter": (words) => ({ name: "parallel-adapter", ...parallelOf(words) }),
  mam: (words) => ({ name: "mam", ...prefixOf(words), ...parallelOf(words) }),
};
