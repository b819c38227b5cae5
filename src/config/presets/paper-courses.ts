import type { RunConfigInput } from "../run-config.ts";

/** What all BART rows of the paper's image-text table share, beside the defaults: features of CLIP RN101. */
export const PAPER = {
  backbone: { name: "bart", featureWidth: 2048 },
  visual: { regions: 36 },
  training: { epochs: 20, batchSize: 500, learningRate: 1e-3, warmupRatio: 0.1, clip: 5, seed: 42 },
  generation: { beams: 5 },
} as const satisfies RunConfigInput;

/** The same of VL-PET's T5 rows. */
export const PAPER_T5 = {
  ...PAPER,
  backbone: { name: "t5", featureWidth: 2048 },
  training: { ...PAPER.training, batchSize: 300, learningRate: 3e-4 },
} as const satisfies RunConfigInput;

/** The same of VL-PET in the video-text tasks: features of CLIP ViT-B/32, one a frame. */
export const PAPER_VIDEO = {
  backbone: { name: "bart", featureWidth: 512 },
  visual: { frames: 64 },
  training: { ...PAPER.training, batchSize: 50, learningRate: 7e-4 },
  generation: PAPER.generation,
} as const satisfies RunConfigInput;
