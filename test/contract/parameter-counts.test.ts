import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { BackboneConfig } from "../../src/backbones/index.ts";
import { parameterCount } from "../../src/nn/index.ts";
import { METHODS, PetConfig } from "../../src/pet/index.ts";
import { model, modelParameters, trainedParameters } from "../../src/train/model.ts";
import { PARAMETER_COUNTS, VIDEO_COUNTS, type Counts } from "./parameter-counts.ts";

const IMAGE_TASKS = ["vqa", "gqa", "nlvr", "caption"];
const VIDEO_TASKS = ["tvqa", "how2qa", "tvc", "yc2c"];

function counts(
  backbone: v.InferInput<typeof BackboneConfig>,
  pet: v.InferInput<typeof PetConfig>,
  tasks: readonly string[],
): Counts {
  const config = { backbone: v.parse(BackboneConfig, backbone), pet: v.parse(PetConfig, pet) };
  const made = model(config, tasks);
  const parameters = modelParameters(made);
  return [parameterCount(trainedParameters(made, parameters)), parameterCount(parameters)];
}

describe("parameters of full-size models are those of the original, to the unit", () => {
  it("knows every method", () => {
    const counted = new Set<string>(PARAMETER_COUNTS.map(({ pet }) => pet.name));
    const missing = Object.keys(METHODS).filter((name) => !counted.has(name));
    expect(missing, "these methods need a row in test/contract/parameter-counts.ts").toEqual([]);
  });

  it.each(PARAMETER_COUNTS)("$what on BART", ({ pet, bart }) => {
    expect(counts({ name: "bart" }, pet, IMAGE_TASKS)).toEqual(bart);
  });

  it.each(PARAMETER_COUNTS)("$what on T5", ({ pet, t5, t5Pet }) => {
    expect(counts({ name: "t5" }, t5Pet ?? pet, IMAGE_TASKS)).toEqual(t5);
  });

  it.each(VIDEO_COUNTS)("$what on BART for video", ({ pet, bart }) => {
    expect(counts({ name: "bart", featureWidth: 512 }, pet, VIDEO_TASKS)).toEqual(bart);
  });

  it("low-rank visual projector alone", () => {
    const projector = { rank: 96, gateRank: null, residual: false };
    const backbone = { name: "bart", projector } as const;
    expect(counts(backbone, { name: "visual-only" }, IMAGE_TASKS)).toEqual([280_416, 139_854_432]);
  });
});
