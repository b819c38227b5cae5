import { fileURLToPath } from "node:url";
import { PATCH_WIDTH } from "../data/patch-features.ts";
import { sceneFiles, sceneImageName } from "../data/scenes/scene-ids.ts";
import type { SceneSplit } from "../data/scenes/random-scene.ts";
import { ORIGINAL_VIDEO_DATA } from "./original-video-data.ts";
import type { RunConfigInput } from "./run-config.ts";

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));

/** What all BART rows of the paper's image-text table share, beside the defaults: features of CLIP RN101. */
const PAPER = {
  backbone: { name: "bart", featureWidth: 2048 },
  visual: { regions: 36 },
  training: { epochs: 20, batchSize: 500, learningRate: 1e-3, warmupRatio: 0.1, clip: 5, seed: 42 },
  generation: { beams: 5 },
} as const satisfies RunConfigInput;

/** The same of the video-text tasks: features of CLIP ViT-B/32, one a frame. */
const PAPER_VIDEO = {
  backbone: { name: "bart", featureWidth: 512 },
  visual: { frames: 64 },
  training: { ...PAPER.training, batchSize: 50, learningRate: 7e-4 },
  generation: PAPER.generation,
} as const satisfies RunConfigInput;

const RANKS = { rank: 96, decoderRank: 96 } as const;

/** VL-PET as in all of the paper's BART rows. */
const VL_PET = {
  large: { name: "vl-pet", granularity: "large", ...RANKS, gateRank: 96 },
  middleX: { name: "vl-pet", granularity: "middleX", ...RANKS },
  middleY: { name: "vl-pet", granularity: "middleY", ...RANKS },
  small: { name: "vl-pet", granularity: "small", ...RANKS },
} as const satisfies Readonly<Record<string, RunConfigInput["pet"]>>;

/** The original's folder of feature files, below that of their images. */
function features(images: string): string {
  return `${images}/clip_features/data_clip_RN101_att`;
}

function coco(split: string): { readonly annotations: string; readonly split: string } {
  return { annotations: "COCO/dataset_coco.json", split };
}

function vqaList(split: string): { readonly list: string; readonly annotations: string[] } {
  const annotations = ["train", "val"].map((part) => `vqa/v2_mscoco_${part}2014_annotations.json`);
  return { list: `vqa/karpathy_${split}.json`, annotations };
}

/**
 * GQA is trained on its train and validation questions, whose images are Visual Genome's, and validated on testdev,
 * which has images of its own. The original has no further test: the figures it reports are those of testdev.
 */
const GQA = {
  features: { train: features("VG"), valid: features("GQA"), test: features("GQA") },
  train: { list: ["GQA/train.json", "GQA/valid.json"] },
  valid: { list: "GQA/testdev.json" },
  test: { list: "GQA/testdev.json" },
} as const;

function nlvrList(split: string): { readonly list: string } {
  return { list: `nlvr/${split}.json` };
}

function captionEntry(split: SceneSplit) {
  return { annotations: sceneFiles(split).captions };
}

function questionEntry(split: SceneSplit) {
  const { questions, annotations } = sceneFiles(split);
  return { questions, annotations, imageName: sceneImageName(split) };
}

/** The features of the scenes, and a task's files for each split. */
function sceneTask<Entry>(entry: (split: SceneSplit) => Entry) {
  return { features: "features", train: entry("train"), valid: entry("valid"), test: entry("test") };
}

/** Runs as plain data: name → settings over the defaults. Several can be laid over each other. */
export const PRESETS = {
  /** VL-PET on BART, as in the paper's image-text table. */
  "vl-pet-large": { ...PAPER, pet: VL_PET.large },
  "vl-pet-middleX": { ...PAPER, pet: VL_PET.middleX },
  "vl-pet-middleY": { ...PAPER, pet: VL_PET.middleY },
  "vl-pet-small": { ...PAPER, pet: VL_PET.small },
  /** VL-PET on BART for the video-text tasks. */
  "vl-pet-large-video": { ...PAPER_VIDEO, pet: VL_PET.large },
  "vl-pet-middleX-video": { ...PAPER_VIDEO, pet: VL_PET.middleX },
  "vl-pet-middleY-video": { ...PAPER_VIDEO, pet: VL_PET.middleY },
  "vl-pet-small-video": { ...PAPER_VIDEO, pet: VL_PET.small },
  bitfit: { ...PAPER, pet: { name: "bitfit" } },
  /** Full fine-tuning; the original's script trains it without task prompts, at a lower rate. */
  full: {
    ...PAPER,
    pet: { name: "full" },
    prompts: false,
    training: { ...PAPER.training, learningRate: 1e-4, seed: 9595 },
  },
  /** The data as the original lays them out, below the folder `data`. Says nothing about the model. */
  "original-data": {
    tasks: {
      vqa: {
        features: features("COCO"),
        train: vqaList("train"),
        valid: vqaList("val"),
        test: vqaList("test"),
      },
      gqa: GQA,
      nlvr: {
        features: features("nlvr"),
        train: nlvrList("train"),
        valid: nlvrList("valid"),
        test: nlvrList("test"),
      },
      caption: { features: features("COCO"), train: coco("train"), valid: coco("val"), test: coco("test") },
    },
  },
  /** The clips of the video-text tasks in the same way. */
  "original-data-video": { tasks: ORIGINAL_VIDEO_DATA },
  /** The built-in data set of drawn scenes (below the folder `data`), with the small backbone that comes with the package. */
  scenes: {
    backbone: { name: "bart", folder: `${PACKAGE}models/scenes`, featureWidth: PATCH_WIDTH, dropRate: 0 },
    // A fresh gate is one half everywhere: the scale gives the frozen sublayers back their size.
    pet: { name: "vl-pet", granularity: "large", rank: 12, gateRank: 12, decoderRank: 12, scale: 2 },
    tasks: { caption: sceneTask(captionEntry), vqa: sceneTask(questionEntry) },
    training: {
      epochs: 5,
      batchSize: 32,
      learningRate: 4e-3,
      checkpointEvery: 500,
      validate: "never",
      seed: 1,
    },
  },
} as const satisfies Readonly<Record<string, RunConfigInput>>;

export type PresetName = keyof typeof PRESETS;
