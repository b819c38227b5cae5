import { ADAPTER_WORDS } from "./adapter-words.ts";
import type { CaseDescription } from "./case.ts";
import { LST_WORDS } from "./lst-words.ts";
import { MAM_WORDS } from "./mam-words.ts";
import { VL_PET_WORDS } from "./vl-pet-words.ts";

type Words = CaseDescription["method"];

/** The settings of a method that a case describes in words, by the case's name for it; null = not that variant (yet). */
export const METHOD_WORDS: Readonly<Record<string, (words: Words) => unknown>> = {
  full: () => ({ name: "full" }),
  bitfit: () => ({ name: "bitfit" }),
  ...VL_PET_WORDS,
  ...ADAPTER_WORDS,
  ...MAM_WORDS,
  ...LST_WORDS,
};
