import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { VlPetError } from "../error.ts";
import { parameterCount, type Parameter } from "../nn/index.ts";
import { PetConfig } from "../pet/index.ts";
import { model, modelParameters, trainedParameters, variantOf } from "../train/model.ts";
import { gradientsOf, lossGraph } from "../train/step-graph.ts";
import { BackboneConfig, visualLayout } from "./index.ts";

const SIZES = { width: 16, vocabulary: 60, encoderLayers: 1, decoderLayers: 1, heads: 2, ffnWidth: 32 };
const [FEATURES, RANK, GATE] = [8, 4, 3];

function modelWith(name: "bart" | "t5", visual: object, pet: object) {
  const backbone = v.parse(BackboneConfig, { name, ...SIZES, featureWidth: FEATURES, ...visual });
  return model({ backbone, pet: v.parse(PetConfig, pet) }, ["vqa"]);
}

function visualPart(parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters.filter(({ traits }) => traits.part === "visual");
}

describe.each(["bart", "t5"] as const)("the visual settings of %s", (name) => {
  const pet = { name: "bitfit" };

  it("count a projector in low rank with its gate, and any method trains it", () => {
    const projector = { rank: RANK, gateRank: GATE };
    const plain = modelWith(name, {}, pet);
    const low = modelWith(name, { projector }, pet);
    const { width } = SIZES;
    const bottleneck = (rank: number): number => FEATURES * rank + rank + rank * width + width;
    const difference = bottleneck(RANK) + bottleneck(GATE) - (FEATURES * width + width);
    const [parameters, before] = [modelParameters(low), modelParameters(plain)];
    expect(parameterCount(parameters) - parameterCount(before)).toBe(difference);
    expect(trainedParameters(low, parameters)).toEqual(expect.arrayContaining([...visualPart(parameters)]));
    const written = lossGraph(low, variantOf(low, visualLayout(1, 4, null), "vqa"), "train");
    const reached = gradientsOf(low, written).filter(([{ path }]) => path.includes("feat_embedding.0"));
    expect(reached.length).toBe(8);
  });

  it("leave a plain language model without image slots, which methods tune all the same", () => {
    const text = modelWith(name, { imageSlots: 0 }, { name: "mam", length: 2, middle: 3, rank: 4 });
    const parameters = modelParameters(text);
    expect(visualPart(parameters)).toEqual([]);
    expect(trainedParameters(text, parameters).every(({ traits }) => traits.owner === "pet")).toBe(true);
    const written = lossGraph(text, variantOf(text, visualLayout(0, 1, null), "vqa"), "train");
    expect(gradientsOf(text, written).length).toBe(trainedParameters(text, parameters).length);
  });

  it("refuse more images than there are slots", () => {
    const made = modelWith(name, { imageSlots: 1 }, pet);
    const two = variantOf(made, visualLayout(2, 4, null), "vqa");
    expect(() => lossGraph(made, two, "train")).toThrow(VlPetError);
    expect(() => lossGraph(made, two, "train")).toThrow("backbone.imageSlots");
  });
});
