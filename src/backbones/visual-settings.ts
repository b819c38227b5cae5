import * as v from "valibot";

const size = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Settings of a visual projector in low rank, instead of one linear map. */
const LowRankProjector = v.strictObject({
  /** Rank of the projection. */
  rank: v.optional(size, 96),
  /** Rank of a gate on what is projected; null = no gate. */
  gateRank: v.optional(v.nullable(size), null),
  /** Adds what is projected to what the gate lets pass. */
  residual: v.optional(v.boolean(), false),
});
export type LowRankProjector = v.InferOutput<typeof LowRankProjector>;

/** What every backbone can be told about its visual embedding. */
export const VISUAL_SETTINGS = {
  /** Channels of a feature row. */
  featureWidth: v.optional(size, 2048),
  /** Images an example can have, which are told apart; 0 = a plain language model without a visual embedding. */
  imageSlots: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 2),
  /** A projector in low rank; null = the original's linear map. */
  projector: v.optional(v.nullable(LowRankProjector), null),
} as const;
