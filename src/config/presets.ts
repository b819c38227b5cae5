import { ORIGINAL_VIDEO_DATA } from "./original-video-data.ts";
import { COMPARED_PRESETS, COMPARED_T5_PRESETS, COMPARED_VIDEO_PRESETS } from "./presets/compared.ts";
import { SCENES_PRESETS } from "./presets/scenes.ts";
import { VL_PET_PRESETS, VL_PET_T5_PRESETS, VL_PET_VIDEO_PRESETS } from "./presets/vl-pet.ts";
import type { RunConfigInput } from "./run-config.ts";

/** The original's folder of feature files, below that of their images. */
function features(images: string): string {
  return `${images}/clip_features/data_clip_RN101_att`;
}

function coco(split: string): { readonly annotations: string; readonly split: string } {
  return { annotations: "COCO/dataset_coco.json", split };
}

function vqaList(split: string): { readonly list: string } {
  return { list: `vqa/karpathy_${split}.json` };
}

/** A list that is scored by what people answered; training takes the list's own labels. */
function scoredVqaList(split: string): { readonly list: string; readonly annotations: string[] } {
  const annotations = ["train", "val"].map((part) => `vqa/v2_mscoco_${part}2014_annotations.json`);
  return { ...vqaList(split), annotations };
}

/**
 * GQA is trained on its train and validation questions, whose images are Visual Genome's, and validated on testdev,
 * which has images of its own. There is no further test: the figures that are published are those of testdev.
 */
const GQA = {
  features: { train: features("VG"), valid: features("GQA") },
  train: { list: ["GQA/train.json", "GQA/valid.json"] },
  valid: { list: "GQA/testdev.json" },
} as const;

function nlvrList(split: string): { readonly list: string } {
  return { list: `nlvr/${split}.json` };
}

const DATA_PRESETS = {
  /** The data as the original lays them out, below the folder `data`. Says nothing about the model. */
  "original-data": {
    tasks: {
      vqa: {
        features: features("COCO"),
        train: vqaList("train"),
        valid: scoredVqaList("val"),
        test: scoredVqaList("test"),
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
} as const satisfies Readonly<Record<string, RunConfigInput>>;

/** Runs as plain data: name → settings over the defaults. Several can be laid over each other. */
export const PRESETS = {
  ...VL_PET_PRESETS,
  ...VL_PET_T5_PRESETS,
  ...VL_PET_VIDEO_PRESETS,
  ...COMPARED_PRESETS,
  ...COMPARED_T5_PRESETS,
  ...COMPARED_VIDEO_PRESETS,
  ...DATA_PRESETS,
  ...SCENES_PRESETS,
} as const satisfies Readonly<Record<string, RunConfigInput>>;

export type PresetName = keyof typeof PRESETS;

function names<Presets extends object>(presets: Presets): readonly (keyof Presets)[] {
  return Object.keys(presets) as (keyof Presets)[];
}

/** The names in `PRESETS` by what they are for: title → names. */
export const PRESET_GROUPS: Readonly<Record<string, readonly PresetName[]>> = {
  "VL-PET on BART": names(VL_PET_PRESETS),
  "VL-PET on T5": names(VL_PET_T5_PRESETS),
  "VL-PET on BART, video": names(VL_PET_VIDEO_PRESETS),
  "Other methods on BART": names(COMPARED_PRESETS),
  "Other methods on T5": names(COMPARED_T5_PRESETS),
  "Other methods on BART, video": names(COMPARED_VIDEO_PRESETS),
  "The original's data": names(DATA_PRESETS),
  "Built-in scenes": names(SCENES_PRESETS),
};
