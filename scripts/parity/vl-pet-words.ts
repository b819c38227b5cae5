import type { CaseDescription } from "./case.ts";

type Words = CaseDescription["method"];

const KNOWN = new Set([
  "name",
  "granularity",
  "gate",
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
  "visualProjector",
]);

/** The cases' names of what we call otherwise. */
const GRANULARITIES: Readonly<Record<string, string>> = {
  "large-full": "large-full-rank",
  layernorm: "layer-norm",
  l2norm: "l2-norm",
};

function vlPet(words: Words): unknown {
  if (Object.keys(words).some((key) => !KNOWN.has(key))) return null;
  const granularity = String(words["granularity"]);
  return {
    name: "vl-pet",
    granularity: GRANULARITIES[granularity] ?? granularity,
    rank: words["rank"],
    // Heads that are stacked before or after the bottleneck are the plain bottleneck; only pairs differ.
    pairedHeads: words["multihead"] === "down-up pair" ? words["heads"] : 1,
    gateRank: words["gateRank"] ?? 1,
    decoderRank: words["decoderRank"],
    share: words["sharedAcrossTasks"] === false ? "none" : "tasks",
    scale: words["scale"],
    decoderScale: words["decoderScale"],
    gateMode: words["gateCombination"] === undefined ? "multiply" : "add",
  };
}

/** VL-PET without its encoder modules and gates. */
function bare(words: Words): object {
  return {
    name: "vl-pet",
    granularity: "none",
    rank: null,
    decoderRank: words["decoderRank"] ?? null,
    norms: words["trainEncoderLayerNorms"] === true ? "encoder" : "none",
  };
}

function ia3(words: Words): unknown {
  const sites = words["sites"] as readonly string[];
  const form = (site: string): string => {
    const found = sites.find((text) => text.startsWith(site));
    if (found === undefined) return "none";
    return found.includes("1+l") || words["add"] === true ? "residual" : "plain";
  };
  return { name: "ia3", value: form("decoder cross-attention value"), ffn: form("decoder ffn hidden") };
}

/** Settings of VL-PET, its ablations and relatives, by what the cases call them. */
export const VL_PET_WORDS: Readonly<Record<string, (words: Words) => unknown>> = {
  "vl-pet": vlPet,
  "gating-only": (words) => ({
    ...bare(words),
    shiftedGateRank: words["rank"],
    shiftedGate: String(words["form"]).includes("(u + h)") ? "sum" : "output",
  }),
  "decoder sequential value adapter": (words) => ({ ...bare(words), decoderPlaces: ["value-sequential"] }),
  "decoder key+value adapter": (words) => ({ ...bare(words), decoderPlaces: ["key-value"] }),
  "decoder parallel value adapter with low-rank gate and residual": (words) => ({
    ...bare(words),
    decoderGateRank: words["gateRank"],
    valueResidual: true,
  }),
  ia3,
};
