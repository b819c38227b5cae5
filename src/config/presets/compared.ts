import type { RunConfigInput } from "../run-config.ts";
import { PAPER, PAPER_T5, PAPER_VIDEO } from "./paper-courses.ts";

const ADAPTER = { name: "adapter", rank: 96, share: "tasks", norms: "layer" } as const;
const COMPACTER = { ...ADAPTER, name: "compacter", division: 2, rule: "own" } as const;
const LORA = { name: "lora", rank: 128, alpha: 32, share: "tasks" } as const;
const PROMPT = { name: "prompt", encoderLength: 40, hiddenWidth: 800, share: "tasks" } as const;
const HYPERFORMER = {
  name: "hyperformer",
  rank: 96,
  generators: "unique",
  projectedWidth: 8,
  norms: "layer",
} as const;

/** What the video scripts leave to the command line is as VL-Adapter's own scripts have it. */
const VIDEO = { ...PAPER_VIDEO.training, epochs: 7, learningRate: 3e-4 } as const;
/** The paper's T5 rows of other methods are those of Ladder Side-Tuning, here with the first of its seeds. */
const LADDER_PAPER = { ...PAPER_T5.training, seed: 9595 } as const;

/**
 * The methods that the paper compares with, on BART, image-text. Compacter and prompt tuning are missing: their scripts
 * take the learning rate from the command line, and the original does not say which it was.
 */
export const COMPARED_PRESETS = {
  /** Full fine-tuning; the original's script trains it without task prompts, at a lower rate. */
  full: {
    ...PAPER,
    pet: { name: "full" },
    prompts: false,
    training: { ...PAPER.training, learningRate: 1e-4, seed: 9595 },
  },
  bitfit: { ...PAPER, pet: { name: "bitfit" } },
  /** HyperFormer tells tasks apart itself: the script gives it no task prompts. */
  hyperformer: { ...PAPER, pet: HYPERFORMER, prompts: false },
  lora: { ...PAPER, pet: LORA },
  /** VL-Adapter as the paper compares with it: one adapter for all tasks. */
  adapter: { ...PAPER, pet: ADAPTER, training: { ...PAPER.training, seed: 9595 } },
  /** VL-Adapter with an adapter for each task, as in its own script: without task prompts. */
  "adapter-per-task": {
    ...PAPER,
    pet: { ...ADAPTER, share: "none" },
    prompts: false,
    training: { ...PAPER.training, learningRate: 3e-4 },
  },
} as const satisfies Readonly<Record<string, RunConfigInput>>;

/**
 * The same on T5. The ranks of Ladder Side-Tuning's scripts give the printed shares. BitFit does not: the printed one
 * comes out only when biases are counted that T5 lacks (method-table.ts).
 */
export const COMPARED_T5_PRESETS = {
  "full-t5": { ...PAPER_T5, pet: { name: "full" }, training: { ...LADDER_PAPER, learningRate: 1e-4 } },
  "bitfit-t5": { ...PAPER_T5, pet: { name: "bitfit" }, training: { ...LADDER_PAPER, learningRate: 3e-3 } },
  "prompt-t5": { ...PAPER_T5, pet: PROMPT, training: { ...LADDER_PAPER, learningRate: 3e-3 } },
  "lora-t5": { ...PAPER_T5, pet: { ...LORA, rank: 150 }, training: LADDER_PAPER },
  "adapter-t5": { ...PAPER_T5, pet: { ...ADAPTER, rank: 192 }, training: LADDER_PAPER },
} as const satisfies Readonly<Record<string, RunConfigInput>>;

/** The same on BART for the video-text tasks, where full fine-tuning has task prompts too. BitFit's rate is not known. */
export const COMPARED_VIDEO_PRESETS = {
  "full-video": { ...PAPER_VIDEO, pet: { name: "full" }, training: { ...VIDEO, learningRate: 3e-5 } },
  "prompt-video": { ...PAPER_VIDEO, pet: PROMPT, training: VIDEO },
  "compacter-video": { ...PAPER_VIDEO, pet: COMPACTER, training: VIDEO },
  "lora-video": { ...PAPER_VIDEO, pet: LORA, training: VIDEO },
  "adapter-video": { ...PAPER_VIDEO, pet: ADAPTER, training: VIDEO },
} as const satisfies Readonly<Record<string, RunConfigInput>>;
