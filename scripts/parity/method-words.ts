import type { CaseDescription } from "./case.ts";

type Words = CaseDescription["method"];

function vlPetOf(method: Words): unknown {
  const known = new Set([
    "name",
    "granularity",
    "rank",
    "heads",
    "gateRank",
    "decoderRank",
    "decoderValueModule",
    "scale",
    "decoderScale",
    "zeroInit",
    "trainEncoderLayerNorms",
    "sharedAcrossTasks",
    "gateCombination",
    "multihead",
  ]);
  // Heads that are stacked before or after the bottleneck are the plain bottleneck; only pairs differ.
  if (Object.keys(method).some((key) => !known.has(key)) || method["multihead"] === "down-up pair")
    return null;
  return {
    name: "vl-pet",
    granularity: method["granularity"],
    rank: method["rank"],
    gateRank: method["gateRank"] ?? 1,
    decoderRank: method["decoderRank"],
    scale: method["scale"],
    decoderScale: method["decoderScale"],
    gateMode: method["gateCombination"] === undefined ? "multiply" : "add",
  };
}

/** The settings of a method that a case describes in words, by the case's name for it; null = not that variant (yet). */
export const METHOD_WORDS: Readonly<Record<string, (words: Words) => unknown>> = {
  full: () => ({ name: "full" }),
  bitfit: () => ({ name: "bitfit" }),
  "vl-pet": vlPetOf,
};
