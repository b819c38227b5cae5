import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { model } from "../train/model.ts";
import { modelSummary } from "../train/model-summary.ts";
import { backboneConfig } from "./backbone-config.ts";
import { PRESET_GROUPS, PRESETS } from "./presets.ts";
import { resolveConfig } from "./resolve-config.ts";
import type { RunConfig, RunConfigInput } from "./run-config.ts";

/**
 * Trained parameters in percent: as counted from the original's own modules (spec pet-methods §9.3), and as the paper's
 * table 2 (for VL-Adapter's video model its README) prints them; null = nothing is printed, or not this.
 */
const SHARES: readonly (readonly [name: string, counted: number, reported: string | null])[] = [
  ["vl-pet-large", 4.1567, "4.16"],
  ["vl-pet-middleX", 2.9769, "2.98"],
  ["vl-pet-middleY", 2.9769, "2.98"],
  ["vl-pet-small", 2.9831, "2.98"],
  ["vl-pet-large-t5", 7.31, "7.31"],
  ["vl-pet-middleX-t5", 4.4978, "4.50"],
  ["vl-pet-middleY-t5", 4.4978, "4.50"],
  ["vl-pet-small-t5", 4.5054, "4.51"],
  ["vl-pet-large-video", 3.3739, null],
  ["vl-pet-middleX-video", 2.1746, null],
  ["vl-pet-middleY-video", 2.1746, null],
  ["vl-pet-small-video", 2.1809, null],
  ["full", 100, "100.00"],
  ["bitfit", 1.2106, "1.21"],
  ["hyperformer", 5.7926, "5.79"],
  ["lora", 5.9275, "5.93"],
  ["adapter", 4.1767, "4.18"],
  ["adapter-per-task", 12.2238, null],
  ["full-t5", 100, "100.00"],
  ["bitfit-t5", 0.7046, null], // 0.83 is printed, which counts biases that T5 lacks
  ["prompt-t5", 1.2588, "1.26"],
  // By the formulas of §9.1: 18,170,880 of 241,128,960 with rank 150, 19,333,632 of 242,292,480 with rank 192.
  ["lora-t5", 7.5358, "7.54"],
  ["adapter-t5", 7.9795, "7.98"],
  ["full-video", 100, null],
  ["prompt-video", 1.1784, null],
  ["compacter-video", 1.8919, null],
  ["lora-video", 5.1729, null],
  ["adapter-video", 3.3941, "3.39"],
];

const IMAGE_TASKS = ["vqa", "gqa", "nlvr", "caption"];
const VIDEO_TASKS = ["tvqa", "how2qa", "tvc", "yc2c"];

const VL_PET = ["large", "middleX", "middleY", "small"].map((granularity) => `vl-pet-${granularity}`);
const IMAGE = { batchSize: 500, epochs: 20, learningRate: 1e-3, seed: 42, prompts: true };
const IMAGE_T5 = { ...IMAGE, batchSize: 300, learningRate: 3e-4 };
const VIDEO = { ...IMAGE, batchSize: 50, epochs: 7, learningRate: 3e-4 };

/** Presets and the course that their scripts give them (spec training §17, side-tuning-and-mam §1.7). */
const COURSES: readonly (readonly [names: readonly string[], course: object])[] = [
  [[...VL_PET, "bitfit", "lora"], IMAGE],
  [["hyperformer"], { ...IMAGE, prompts: false }],
  [["adapter"], { ...IMAGE, seed: 9595 }],
  [["adapter-per-task"], { ...IMAGE, learningRate: 3e-4, prompts: false }],
  [["full"], { ...IMAGE, learningRate: 1e-4, seed: 9595, prompts: false }],
  [VL_PET.map((name) => `${name}-t5`), IMAGE_T5],
  [["lora-t5", "adapter-t5"], { ...IMAGE_T5, seed: 9595 }],
  [["bitfit-t5", "prompt-t5"], { ...IMAGE_T5, learningRate: 3e-3, seed: 9595 }],
  [["full-t5"], { ...IMAGE_T5, learningRate: 1e-4, seed: 9595 }],
  [VL_PET.map((name) => `${name}-video`), { ...VIDEO, epochs: 20, learningRate: 7e-4 }],
  [["prompt-video", "compacter-video", "lora-video", "adapter-video"], VIDEO],
  [["full-video"], { ...VIDEO, learningRate: 3e-5 }],
];

/** The original's folder of the features of some images. */
function originalFeatures(images: string): string {
  return `/datasets/${images}/clip_features/data_clip_RN101_att`;
}

async function trainedPercent({ backbone, pet }: RunConfig, tasks: readonly string[]): Promise<number> {
  const made = model({ backbone: await backboneConfig(backbone, null), pet }, tasks);
  return modelSummary(made).percent;
}

describe("PRESETS", () => {
  it.each(Object.keys(PRESETS))("%s is a valid configuration", async (name) => {
    const config = await resolveConfig({ presets: [name] });
    expect(await resolveConfig({ presets: [name, name] })).toEqual(config);
  });

  it("is the union of its groups, without a name that two of them have", () => {
    expect(Object.values(PRESET_GROUPS).flat()).toEqual(Object.keys(PRESETS));
  });

  it("has a stated share for every preset of a method at full size", () => {
    const sized = Object.entries<RunConfigInput>(PRESETS).filter(
      ([, { pet, backbone }]) => pet !== undefined && backbone?.folder === undefined,
    );
    expect(SHARES.map(([name]) => name).toSorted()).toEqual(sized.map(([name]) => name).toSorted());
  });

  it.each(SHARES)("%s trains the stated share of its model", async (name, counted, reported) => {
    const tasks = name.endsWith("-video") ? VIDEO_TASKS : IMAGE_TASKS;
    const percent = await trainedPercent(await resolveConfig({ presets: [name] }), tasks);
    expect(percent).toBeCloseTo(counted, 4);
    if (reported !== null) expect(percent.toFixed(2)).toBe(reported);
  });

  it("has a model of the built-in scenes, of which a part is trained", async () => {
    const percent = await trainedPercent(await resolveConfig({ presets: ["scenes"] }), ["caption", "vqa"]);
    expect(percent).toBeGreaterThan(0);
    expect(percent).toBeLessThan(100);
  });

  it("have the courses of the scripts", async () => {
    for (const [names, course] of COURSES) {
      for (const name of names) {
        const { training, prompts } = await resolveConfig({ presets: [name] });
        expect({ ...training, prompts }, name).toMatchObject(course);
      }
    }
  });

  it("start VL-PET on T5 from zero, at three tenths of the frozen sublayers", async () => {
    const { pet } = await resolveConfig({ presets: ["vl-pet-large-t5"] });
    const ranks = { rank: 192, gateRank: 192, decoderRank: 96 };
    expect(pet).toMatchObject({ ...ranks, scale: 0.3, zeroInit: ["adapter", "gate", "decoder"] });
  });

  it("lay the clips of the original's video tasks out as its scripts find them", async () => {
    const config = await resolveConfig({ presets: ["vl-pet-large-video", "original-data-video"] });
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
      },
      train: { list: ["/datasets/GQA/train.json", "/datasets/GQA/valid.json"] },
      valid: { list: "/datasets/GQA/testdev.json" },
    });
    const annotations = ["train", "val"].map(
      (part) => `/datasets/vqa/v2_mscoco_${part}2014_annotations.json`,
    );
    expect(tasks.vqa).toMatchObject({
      valid: { list: "/datasets/vqa/karpathy_val.json", annotations },
      test: { list: "/datasets/vqa/karpathy_test.json", annotations },
    });
    expect(tasks.vqa?.train).toEqual({ list: "/datasets/vqa/karpathy_train.json" });
    expect(tasks.nlvr).toEqual({
      features: originalFeatures("nlvr"),
      train: { list: "/datasets/nlvr/train.json" },
      valid: { list: "/datasets/nlvr/valid.json" },
      test: { list: "/datasets/nlvr/test.json" },
    });
    expect(tasks.caption).toMatchObject({ features: originalFeatures("COCO") });
  });
});
