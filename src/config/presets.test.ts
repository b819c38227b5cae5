import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { model } from "../train/model.ts";
import { modelSummary } from "../train/model-summary.ts";
import { backboneConfig } from "./backbone-config.ts";
import { PRESETS } from "./presets.ts";
import { resolveConfig } from "./resolve-config.ts";
import type { RunConfig } from "./run-config.ts";

/** The original's folder of the features of some images. */
function originalFeatures(images: string): string {
  return `/datasets/${images}/clip_features/data_clip_RN101_att`;
}

async function trainedPercent({ backbone, pet }: RunConfig): Promise<number> {
  const made = model({ backbone: await backboneConfig(backbone, null), pet }, ["vqa"]);
  return modelSummary(made).percent;
}

describe("PRESETS", () => {
  it.each(Object.keys(PRESETS))("%s is a valid configuration", async (name) => {
    const config = await resolveConfig({ presets: [name] });
    expect(await resolveConfig({ presets: [name, name] })).toEqual(config);
  });

  // Trained parameters in percent, paper table 2 (image-text tasks, BART).
  it.each([
    ["vl-pet-large", 4.16],
    ["vl-pet-middleX", 2.98],
    ["vl-pet-middleY", 2.98],
    ["vl-pet-small", 2.98],
    ["bitfit", 1.21],
    ["full", 100],
  ])("%s trains the share that the paper reports", async (name, percent) => {
    expect(await trainedPercent(await resolveConfig({ presets: [name] }))).toBeCloseTo(percent, 1);
  });

  it("has video models of the size that VL-Adapter's README gives: adapters train 3.39 % of them", async () => {
    const config = await resolveConfig({ presets: ["vl-pet-large-video"], set: ["pet.name=adapter"] });
    expect(await trainedPercent(config)).toBeCloseTo(3.39, 2);
  });

  it("trains on clips at the scripts' rate and batch size", async () => {
    const config = await resolveConfig({ presets: ["vl-pet-large-video", "original-data-video"] });
    expect(config.training).toMatchObject({ batchSize: 50, learningRate: 7e-4, epochs: 20, seed: 42 });
    expect(config.visual.frames).toBe(64);
    expect(Object.keys(config.tasks)).toEqual(["tvqa", "how2qa", "tvc", "yc2c"]);
    const video = join(config.data, "video");
    expect(config.tasks.tvqa).toMatchObject({
      features: join(video, "vis_features/tv/clip-vit"),
      test: {
        annotations: ["public", "release"].map((part) => join(video, `ann/tvqa/tvqa_test_${part}.jsonl`)),
        subtitles: join(video, "ann/tv_subtitles.jsonl"),
      },
    });
  });

  it("lay the original's data out as its scripts find them", async () => {
    const { tasks } = await resolveConfig({ presets: ["original-data"], set: ["data=/datasets"] });
    expect(Object.keys(tasks)).toEqual(["vqa", "gqa", "nlvr", "caption"]);
    expect(tasks.gqa).toEqual({
      features: {
        train: originalFeatures("VG"),
        valid: originalFeatures("GQA"),
        test: originalFeatures("GQA"),
      },
      train: { list: ["/datasets/GQA/train.json", "/datasets/GQA/valid.json"] },
      valid: { list: "/datasets/GQA/testdev.json" },
      test: { list: "/datasets/GQA/testdev.json" },
    });
    expect(tasks.nlvr).toEqual({
      features: originalFeatures("nlvr"),
      train: { list: "/datasets/nlvr/train.json" },
      valid: { list: "/datasets/nlvr/valid.json" },
      test: { list: "/datasets/nlvr/test.json" },
    });
    expect(tasks.caption).toMatchObject({ features: originalFeatures("COCO") });
  });
});
