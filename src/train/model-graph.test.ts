import { describe, expect, it } from "vitest";
import { model } from "./model.ts";
import { GRAPH_KINDS, modelGraph } from "./model-graph.ts";
import { modelSummary } from "./model-summary.ts";

const SIZES = { width: 8, vocabulary: 40, encoderLayers: 2, decoderLayers: 1, heads: 2, ffnWidth: 16 };
const VISUAL = { featureWidth: 6, imageSlots: 2, projector: null };
const BACKBONE = { name: "bart", ...SIZES, ...VISUAL, maxPositions: 20, dropRate: 0.1 } as const;

const BITFIT = model({ backbone: BACKBONE, pet: { name: "bitfit" } }, ["caption"]);

describe("modelGraph", () => {
  it.each([
    ["step", "return new/encoder.layers.0.fc1.bias = "],
    ["encode", "return mask = "],
    ["decode", "input decoder_ids: "],
  ] as const)("prints the program %s", (kind, line) => {
    expect(GRAPH_KINDS).toContain(kind);
    expect(modelGraph(BITFIT, kind, 36)).toContain(line);
  });

  it("has dropout in training only", () => {
    expect(modelGraph(BITFIT, "step", null)).toContain("keep-mask(0.1)");
    expect(modelGraph(BITFIT, "decode", null)).not.toContain("keep-mask");
  });
});

describe("modelSummary", () => {
  it("counts every parameter once, and what is trained by its group", () => {
    const { total, trained, percent, groups, sites, unfrozen } = modelSummary(BITFIT);
    expect(groups.reduce((sum, group) => sum + group.total, 0)).toBe(total);
    expect(groups.reduce((sum, group) => sum + group.trained, 0)).toBe(trained);
    expect(percent).toBeCloseTo((100 * trained) / total, 10);
    expect(groups.find(({ group }) => group === "token table")).toEqual({
      group: "token table",
      total: 320,
      trained: 0,
    });
    expect(sites).toEqual([]);
    expect(unfrozen[0]).toMatchObject({ selector: { role: "bias" } });
  });

  it("lists what a method does at each of its sites", () => {
    const visual = model({ backbone: BACKBONE, pet: { name: "visual-only" } }, ["caption"]);
    const { groups } = modelSummary(visual);
    const trained = groups.filter((group) => group.trained > 0).map(({ group }) => group);
    expect(trained).toEqual(["visual embedding"]);
  });
});
