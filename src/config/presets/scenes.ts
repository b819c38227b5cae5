import { fileURLToPath } from "node:url";
import { PATCH_WIDTH } from "../../data/patch-features.ts";
import { FRAME_WIDTH } from "../../data/scenes/clips/clip-features.ts";
import { type ClipDomain, clipFiles, clipFolder, subtitlesFile } from "../../data/scenes/clips/clip-ids.ts";
import type { SceneSplit } from "../../data/scenes/random-scene.ts";
import { sceneFiles, sceneImageName } from "../../data/scenes/scene-ids.ts";
import type { RunConfigInput } from "../run-config.ts";

const PACKAGE = fileURLToPath(new URL("../../../", import.meta.url));

/** The small backbone that comes with the package, and VL-PET-large in its size. */
function model(featureWidth: number) {
  return {
    backbone: { name: "bart", folder: `${PACKAGE}models/scenes`, featureWidth, dropRate: 0 },
    // A fresh gate is one half everywhere: the scale gives the frozen sublayers back their size.
    pet: { name: "vl-pet", granularity: "large", rank: 12, gateRank: 12, decoderRank: 12, scale: 2 },
  } as const;
}

const TRAINING = {
  epochs: 5,
  batchSize: 32,
  learningRate: 4e-3,
  checkpointEvery: 500,
  validate: "never",
  seed: 1,
} as const;

/** A task's files for each split. */
function splits<Entry>(entry: (split: SceneSplit) => Entry) {
  return { train: entry("train"), valid: entry("valid"), test: entry("test") };
}

const CAPTION = {
  features: "features",
  ...splits((split) => ({ annotations: sceneFiles(split).captions })),
};

const VQA = {
  features: "features",
  ...splits((split) => {
    const { questions, annotations } = sceneFiles(split);
    return { questions, annotations, imageName: sceneImageName(split) };
  }),
};

const GQA = { features: "features", ...splits((split) => ({ list: sceneFiles(split).gqa })) };
const NLVR = { features: "features", ...splits((split) => ({ list: sceneFiles(split).nlvr })) };

/** A task about the clips of a domain. */
function clipTask(name: keyof ReturnType<typeof clipFiles>, domain: ClipDomain) {
  const subtitles = subtitlesFile(domain);
  return {
    features: clipFolder(domain),
    ...splits((split) => ({ annotations: clipFiles(split)[name], subtitles })),
  };
}

/** Runs on the built-in data set of drawn scenes, below the folder `data`. */
export const SCENES_PRESETS = {
  scenes: { ...model(PATCH_WIDTH), tasks: { caption: CAPTION, vqa: VQA }, training: TRAINING },
  /** The four image-text tasks at once; the pictures are drawn when they are not there. */
  "scenes-image-text": {
    ...model(PATCH_WIDTH),
    data: "runs/scenes-images",
    scenes: { kinds: ["images"], train: 1000, valid: 50, test: 200 },
    tasks: { vqa: VQA, gqa: GQA, nlvr: NLVR, caption: CAPTION },
    training: TRAINING,
  },
  /** The four video-text tasks at once; the clips are drawn when they are not there. */
  "scenes-video-text": {
    ...model(FRAME_WIDTH),
    visual: { regions: null, frames: 12 },
    data: "runs/scenes-clips",
    scenes: { kinds: ["clips"], train: 1600, valid: 50, test: 200 },
    tasks: {
      tvqa: clipTask("tvqa", "tv"),
      how2qa: clipTask("how2qa", "how2"),
      tvc: clipTask("tvc", "tv"),
      yc2c: clipTask("yc2c", "yc2"),
    },
    training: TRAINING,
  },
} as const satisfies Readonly<Record<string, RunConfigInput>>;
