import * as v from "valibot";
import { DECODER_PLACES, type DecoderPlaceName } from "./decoder-places.ts";
import { GATE_MODES, GATINGS, SHIFTED_GATINGS, type GateMode, type ShiftedGating } from "./gating.ts";
import { positiveInteger } from "./positive-integer.ts";
import { ShareSetting } from "./share.ts";
import { TRAINED_NORMS, type TrainedNorms } from "./trained-norms.ts";

const factor = v.optional(v.number(), 1);

function keyOf<Key extends string>(table: Readonly<Record<Key, unknown>>) {
  return v.picklist(Object.keys(table) as Key[]);
}

/** Settings of VL-PET; the defaults are those of the BART scripts. T5 uses rank 192, scale 0.3 and all zero starts. */
export const VlPetConfig = v.strictObject({
  name: v.literal("vl-pet"),
  /** How finely the gate differs; "none" leaves it out, norms stand in its place. */
  granularity: v.optional(v.picklist(GATINGS), "large"),
  /** The same for the FFN alone; null = as `granularity`. */
  ffnGranularity: v.optional(v.nullable(v.picklist(GATINGS)), null),
  /** r: rank of the encoder modification Δh; null leaves it out. */
  rank: v.optional(v.nullable(positiveInteger), 96),
  /** Pairs of projections that Δh is made of, each writing its share of the channels; 1 = the plain bottleneck. */
  pairedHeads: v.optional(positiveInteger, 1),
  /** r_g: rank of the large gate. */
  gateRank: v.optional(positiveInteger, 96),
  /** How the gate meets the adapted output: h' = G ⊙ y, or the ablation h' = G + y. */
  gateMode: v.optional(keyOf<GateMode>(GATE_MODES), "multiply"),
  /** Rank of a second gate u = up(φ(down(x))) that also shifts the output; null leaves it out. */
  shiftedGateRank: v.optional(v.nullable(positiveInteger), null),
  /** What σ(u) multiplies: the output, u + σ(u) ⊙ y, or the sum, σ(u) ⊙ (u + y). */
  shiftedGate: v.optional(keyOf<ShiftedGating>(SHIFTED_GATINGS), "output"),
  /** s: factor on the whole gated output. */
  scale: factor,
  /** Factor on Δh. */
  deltaScale: factor,
  /** Factor on the sublayer's own output h; Δh still reads the unscaled one. */
  sublayerScale: factor,
  /** Where the decoder's modules sit. */
  decoderPlaces: v.optional(v.array(keyOf<DecoderPlaceName>(DECODER_PLACES)), ["value"]),
  /** r_d: rank of the decoder's modules; null leaves them out. */
  decoderRank: v.optional(v.nullable(positiveInteger), 96),
  /** Factor on the decoder's modules. */
  decoderScale: factor,
  /** What tasks share of the decoder's modules; all else is shared by all tasks. */
  share: ShareSetting,
  /** Rank of a large gate on what each decoder module gives; null = no gate. */
  decoderGateRank: v.optional(v.nullable(positiveInteger), null),
  /** Adds the encoder's states to the cross-attention's value, after module and gate. */
  valueResidual: v.optional(v.boolean(), false),
  /** Norms of the language model that are trained. */
  norms: v.optional(keyOf<TrainedNorms>(TRAINED_NORMS), "encoder"),
  /** Parts whose last layer starts at zero instead of the backbone's rule. */
  zeroInit: v.optional(v.array(v.picklist(["adapter", "gate", "decoder"])), []),
  /** Parts whose last layer starts at one: a middleY gate is 2 then. */
  oneInit: v.optional(v.array(v.picklist(["gate"])), []),
});
export type VlPetConfig = v.InferOutput<typeof VlPetConfig>;
