import { describe, expect, it } from "vitest";
import { model } from "../train/model.ts";
import { modelSummary } from "../train/model-summary.ts";
import { backboneConfig } from "./backbone-config.ts";
import { PRESETS } from "./presets.ts";
import { resolveConfig } from "./resolve-config.ts";

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
    const { backbone, pet } = await resolveConfig({ presets: [name] });
    const summary = modelSummary(model({ backbone: await backboneConfig(backbone, null), pet }, ["vqa"]));
    expect(summary.percent).toBeCloseTo(percent, 1);
  });
});
