import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { BackboneConfig, visualLayout } from "../src/backbones/index.ts";
import { printGraph } from "../src/graph/index.ts";
import { ADAMW } from "../src/optim/index.ts";
import { GRANULARITIES, PetConfig, type Granularity } from "../src/pet/index.ts";
import { model, type Model } from "../src/train/model.ts";
import { lossGraph, stepGraph } from "../src/train/step-graph.ts";

const VARIANT = { visual: visualLayout(1, 49, { regions: 36 }), task: null };

function tiny(granularity: Granularity): Model {
  const pet = v.parse(PetConfig, { name: "vl-pet", granularity, rank: 4, gateRank: 4, decoderRank: 4 });
  const backbone = v.parse(BackboneConfig, {
    name: "bart",
    width: 16,
    vocabulary: 60,
    encoderLayers: 1,
    decoderLayers: 1,
    heads: 2,
    ffnWidth: 32,
    maxPositions: 32,
    featureWidth: 8,
  });
  return model({ backbone, pet }, ["vqa"]);
}

/** A difference here is the review of a change: the printed program is what runs. */
describe("printed graphs", () => {
  it.each(Object.keys(GRANULARITIES) as Granularity[])("the loss of VL-PET %s", async (granularity) => {
    const { loss, encoded } = lossGraph(tiny(granularity), VARIANT, "evaluate");
    const text = printGraph({ encoder: encoded.states.rows, loss });
    await expect(text).toMatchFileSnapshot(`graphs/loss-${granularity}.txt`);
  });

  it("a whole training step of VL-PET large: loss, gradients, clipping, AdamW", async () => {
    const { outputs } = stepGraph(tiny("large"), VARIANT, { adamw: ADAMW, clip: 5 });
    await expect(printGraph(outputs)).toMatchFileSnapshot("graphs/step-large.txt");
  });

  it("computes no gradient that no trainable parameter needs", () => {
    const { outputs } = stepGraph(tiny("large"), VARIANT, { adamw: ADAMW, clip: 5 });
    const updated = Object.keys(outputs).filter((name) => /^new\/(encoder|decoder|shared)/.test(name));
    expect(updated.some((name) => name.includes(".pet."))).toBe(true);
    // The decoder's own weights are frozen: none of them, nor a gradient of the token table, appears.
    expect(updated.filter((name) => name.startsWith("new/decoder") && !name.includes(".pet."))).toEqual([]);
    expect(printGraph(outputs)).not.toMatch(/scatter\(.*size=60/);
  });
});
