import type { Selector } from "../nn/index.ts";

/** Which norms of the language model a method trains. */
export const TRAINED_NORMS = {
  none: [],
  encoder: [{ part: "encoder", of: "norm" }],
  decoder: [{ part: "decoder", of: "norm" }],
  all: [
    { part: "encoder", of: "norm" },
    { part: "decoder", of: "norm" },
  ],
} as const satisfies Readonly<Record<string, readonly Selector[]>>;

export type TrainedNorms = keyof typeof TRAINED_NORMS;
