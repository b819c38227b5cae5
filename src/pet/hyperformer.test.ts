import * as v from "valibot";
import { afterAll, describe, expect, it } from "vitest";
import { evaluateOn } from "../../test/contract/evaluate.ts";
import { hookedParameters } from "../../test/contract/hooked-parameters.ts";
import { hookedRows, type Matrix } from "../../test/contract/hooked-rows.ts";
import { affine, gelu } from "../../test/contract/written-out.ts";
import { decays } from "../optim/index.ts";
import { nodeEngine } from "../runtime/index.ts";
import { hyperformer } from "./hyperformer.ts";

const engine = nodeEngine({ threads: 1 });
const evaluate = evaluateOn(engine);
afterAll(() => engine.close());

const SIZES = { rank: 2, projectedWidth: 3, embeddingWidth: 5, hiddenWidth: 6 };

function planOf(generators: "unique" | "efficient") {
  return hyperformer.plan(v.parse(hyperformer.config, { name: "hyperformer", generators, ...SIZES }));
}

function parametersAt(site: "encoder.ffn" | "decoder.cross-attention", generators: "unique" | "efficient") {
  return hookedParameters(planOf(generators), site, "gqa");
}

function normalized(row: readonly number[]): readonly number[] {
  const mean = row.reduce((a, b) => a + b, 0) / row.length;
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
  return row.map((value) => (value - mean) / Math.sqrt(variance + 1e-6));
}

function product(matrix: readonly number[], row: readonly number[]): readonly number[] {
  return Array.from({ length: matrix.length / row.length }, (_, o) =>
    row.reduce((sum, value, i) => sum + value * (matrix[o * row.length + i] ?? 0), 0),
  );
}

function shapes(found: ReturnType<typeof parametersAt>) {
  return Object.fromEntries(found.map(({ path, shape }) => [path.replace("pet.hyperformer.", ""), shape]));
}

describe("HyperFormer", () => {
  it("has generators for each kind of block, and a row for each layer of a stack", () => {
    expect(shapes(parametersAt("decoder.cross-attention", "unique"))).toEqual({
      "tasks.gqa.embedding": [5],
      "decoder.layers.weight": [3, 5],
      "decoder.hidden.weight": [6, 10],
      "decoder.hidden.bias": [6],
      "decoder.projected.weight": [3, 6],
      "decoder.projected.bias": [3],
      "decoder.norm.weight": [3],
      "decoder.norm.bias": [3],
      "decoder.cross-attention.down.weight.weight": [8, 3],
      "decoder.cross-attention.down.weight.bias": [8],
      "decoder.cross-attention.down.bias.weight": [2, 3],
      "decoder.cross-attention.down.bias.bias": [2],
      "decoder.cross-attention.up.weight.weight": [8, 3],
      "decoder.cross-attention.up.weight.bias": [8],
      "decoder.cross-attention.up.bias.weight": [4, 3],
      "decoder.cross-attention.up.bias.bias": [4],
    });
  });

  it("has one pair of generators that are told the block, when efficient", () => {
    const found = shapes(parametersAt("encoder.ffn", "efficient"));
    expect(found["encoder.blocks.weight"]).toEqual([3, 5]);
    expect(found["encoder.hidden.weight"]).toEqual([6, 15]);
    expect(found["encoder.down.weight.weight"]).toEqual([8, 3]);
  });

  it("decays what the original's names let decay", () => {
    const found = parametersAt("encoder.ffn", "unique").map(
      (parameter) => [parameter.path.replace("pet.hyperformer.", ""), decays(parameter)] as const,
    );
    expect(found.filter(([, decayed]) => decayed).map(([path]) => path)).toEqual([
      "tasks.gqa.embedding",
      "encoder.layers.weight",
      "encoder.hidden.weight",
      "encoder.projected.weight",
      "encoder.ffn.down.weight.weight",
      "encoder.ffn.up.weight.weight",
    ]);
  });

  it.each([
    ["encoder.ffn", "encoder", 0],
    ["encoder.self-attention", "encoder", 1],
    ["decoder.cross-attention", "decoder", 2],
  ] as const)(
    "makes the adapter at %s from task, layer and block, when efficient",
    async (site, side, block) => {
      const h: Matrix = [[0.3, -1.2, 0.8, 0.5]];
      const run = await hookedRows(evaluate, planOf("efficient").hooks, site, { x: h, y: h }, "gqa");
      const net = `pet.hyperformer.${side}`;
      const vector = (path: string, row = 0): readonly number[] => run.weights[path]?.[row] ?? [];
      const codes = [
        ...vector("pet.hyperformer.tasks.gqa.embedding"),
        ...vector(`${net}.layers.weight`),
        ...vector(`${net}.blocks.weight`, block),
      ];
      const hidden = affine(run, `${net}.hidden`, codes).map((value) => Math.max(0, value));
      const code = normalized(affine(run, `${net}.projected`, hidden)).map(
        (value, i) => value * (vector(`${net}.norm.weight`)[i] ?? 0) + (vector(`${net}.norm.bias`)[i] ?? 0),
      );
      const mapped = (map: "down" | "up", row: readonly number[]): readonly number[] => {
        const bias = affine(run, `${net}.${map}.bias`, code);
        return product(affine(run, `${net}.${map}.weight`, code), row).map(
          (value, o) => value + (bias[o] ?? 0),
        );
      };
      const [row = []] = h;
      const added = mapped("up", mapped("down", row).map(gelu));
      row.forEach((value, c) => expect(run.rows[0]?.[c]).toBeCloseTo(value + (added[c] ?? 0), 4));
    },
  );
});
