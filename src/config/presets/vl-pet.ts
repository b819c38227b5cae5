import type { RunConfigInput } from "../run-config.ts";
import { PAPER, PAPER_T5, PAPER_VIDEO } from "./paper-courses.ts";

const RANKS = { rank: 96, decoderRank: 96 } as const;

/** VL-PET as in all of the paper's BART rows. */
const VL_PET = {
  large: { name: "vl-pet", granularity: "large", ...RANKS, gateRank: 96 },
  middleX: { name: "vl-pet", granularity: "middleX", ...RANKS },
  middleY: { name: "vl-pet", granularity: "middleY", ...RANKS },
  small: { name: "vl-pet", granularity: "small", ...RANKS },
} as const satisfies Readonly<Record<string, RunConfigInput["pet"]>>;

const ZERO_STARTS: ("adapter" | "gate" | "decoder")[] = ["adapter", "gate", "decoder"];
/** What differs on T5: twice the rank in the encoder (the decoder's stays), a scale, and last layers that start at zero. */
const ON_T5 = { rank: 192, scale: 0.3, zeroInit: ZERO_STARTS } as const;

/** VL-PET on BART, as in the paper's image-text table. */
export const VL_PET_PRESETS = {
  "vl-pet-large": { ...PAPER, pet: VL_PET.large },
  "vl-pet-middleX": { ...PAPER, pet: VL_PET.middleX },
  "vl-pet-middleY": { ...PAPER, pet: VL_PET.middleY },
  "vl-pet-small": { ...PAPER, pet: VL_PET.small },
} as const satisfies Readonly<Record<string, RunConfigInput>>;

/** VL-PET on T5, as in the paper's image-text table. */
export const VL_PET_T5_PRESETS = {
  "vl-pet-large-t5": { ...PAPER_T5, pet: { ...VL_PET.large, ...ON_T5, gateRank: 192 } },
  "vl-pet-middleX-t5": { ...PAPER_T5, pet: { ...VL_PET.middleX, ...ON_T5 } },
  "vl-pet-middleY-t5": { ...PAPER_T5, pet: { ...VL_PET.middleY, ...ON_T5 } },
  "vl-pet-small-t5": { ...PAPER_T5, pet: { ...VL_PET.small, ...ON_T5 } },
} as const satisfies Readonly<Record<string, RunConfigInput>>;

/** VL-PET on BART for the video-text tasks. */
export const VL_PET_VIDEO_PRESETS = {
  "vl-pet-large-video": { ...PAPER_VIDEO, pet: VL_PET.large },
  "vl-pet-middleX-video": { ...PAPER_VIDEO, pet: VL_PET.middleX },
  "vl-pet-middleY-video": { ...PAPER_VIDEO, pet: VL_PET.middleY },
  "vl-pet-small-video": { ...PAPER_VIDEO, pet: VL_PET.small },
} as const satisfies Readonly<Record<string, RunConfigInput>>;
