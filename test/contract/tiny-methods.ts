import type * as v from "valibot";
import type { METHODS, PetConfig } from "../../src/pet/index.ts";

type PetSettings = v.InferInput<typeof PetConfig>;

/** Settings with which a method is tried on tiny backbones: at least one each, more where a setting changes the program. */
type TinyMethods = {
  readonly [Name in keyof typeof METHODS]: readonly Extract<PetSettings, { name: Name }>[];
};

const RANKS = { rank: 6, gateRank: 5, decoderRank: 4 } as const;

export const TINY_METHODS: TinyMethods = {
  "vl-pet": [
    { name: "vl-pet", ...RANKS, granularity: "large" },
    { name: "vl-pet", ...RANKS, granularity: "middleX" },
    { name: "vl-pet", ...RANKS, granularity: "middleY", scale: 0.5 },
    { name: "vl-pet", ...RANKS, granularity: "small" },
    {
      name: "vl-pet",
      ...RANKS,
      granularity: "none",
      shiftedGateRank: 4,
      decoderPlaces: ["ffn", "key-value"],
    },
  ],
  full: [{ name: "full" }],
  bitfit: [{ name: "bitfit" }],
  ia3: [{ name: "ia3" }],
  prefix: [
    { name: "prefix", length: 3, middle: 5 },
    { name: "prefix", length: 3, middle: null },
  ],
  "parallel-adapter": [{ name: "parallel-adapter", rank: 6 }],
  mam: [{ name: "mam", length: 3, middle: 5, rank: 6 }],
  adapter: [
    { name: "adapter", rank: 6, preNorm: true, postNorm: true },
    { name: "adapter", rank: 6, share: "none" },
    { name: "adapter", rank: 6, share: "down" },
    { name: "adapter", rank: 6, share: "up", norms: "all" },
  ],
  compacter: [
    { name: "compacter", rank: 6 },
    { name: "compacter", rank: 8, division: 4, rule: "model", factorRank: 1 },
    { name: "compacter", rank: 6, share: "none", rule: "tasks" },
  ],
  "low-rank-adapter": [{ name: "low-rank-adapter", rank: 6 }],
  hyperformer: [
    { name: "hyperformer", rank: 6, projectedWidth: 5, embeddingWidth: 7, hiddenWidth: 9 },
    {
      name: "hyperformer",
      generators: "efficient",
      rank: 6,
      projectedWidth: 5,
      embeddingWidth: 7,
      hiddenWidth: 9,
    },
  ],
  lora: [
    { name: "lora", rank: 6 },
    { name: "lora", rank: 6, share: "none" },
  ],
  lst: [{ name: "lst", reduction: 1 }],
  prompt: [
    { name: "prompt", encoderLength: 5, hiddenWidth: 7 },
    { name: "prompt", encoderLength: 0, decoderLength: 3, hiddenWidth: 7 },
    { name: "prompt", encoderLength: 4, decoderLength: 3, hiddenWidth: 7, share: "none" },
  ],
  transfer: [
    { name: "transfer", ...RANKS },
    { name: "transfer", ...RANKS, form: "adapter", granularity: "middleX" },
  ],
  "visual-only": [{ name: "visual-only" }],
};

const FAST = 0.15;

/** Methods that move few numbers, or numbers far from the answer, and so need longer steps. */
const RATES: Readonly<Partial<Record<PetSettings["name"], number>>> = {
  bitfit: FAST,
  ia3: FAST,
  prefix: FAST,
  prompt: FAST,
  "visual-only": FAST,
};

/** The rate with which a method learns the eight examples. */
export function learningRate({ name }: PetSettings): number {
  return RATES[name] ?? 0.05;
}
