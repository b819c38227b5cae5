import * as v from "valibot";
import { afterAll, describe, expect, it } from "vitest";
import { evaluateOn } from "../../test/contract/evaluate.ts";
import { hookedPaths } from "../../test/contract/hooked-parameters.ts";
import { hookedRows, type Matrix } from "../../test/contract/hooked-rows.ts";
import { affine, gelu } from "../../test/contract/written-out.ts";
import { nodeEngine } from "../runtime/index.ts";
import { adapter } from "./adapter.ts";
import type { Share } from "./share.ts";

const engine = nodeEngine({ threads: 1 });
const evaluate = evaluateOn(engine);
afterAll(() => engine.close());

const H: Matrix = [
  [1.4, 0.1, -0.6, 0.9],
  [0.2, -0.8, 0.7, 1.3],
];

function planOf(settings: Omit<v.InferInput<typeof adapter.config>, "name">) {
  return adapter.plan(v.parse(adapter.config, { name: "adapter", rank: 3, ...settings }));
}

function normalized(row: readonly number[]): readonly number[] {
  const mean = row.reduce((a, b) => a + b, 0) / row.length;
  const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
  return row.map((value) => (value - mean) / Math.sqrt(variance + 1e-5));
}

describe("adapters", () => {
  it("normalise what they read and what they add, and scale in between", async () => {
    const settings = { preNorm: true, postNorm: true, scale: 2.5 };
    const run = await hookedRows(evaluate, planOf(settings).hooks, "encoder.ffn", { x: H, y: H });
    const norm = (name: string, row: readonly number[]): readonly number[] => {
      const [gain, bias] = ["weight", "bias"].map((own) => run.weights[`adapter.${name}.${own}`]?.[0]);
      return normalized(row).map((value, i) => value * (gain?.[i] ?? 0) + (bias?.[i] ?? 0));
    };
    H.forEach((row, r) => {
      const inner = affine(run, "adapter.down", norm("pre_layer_norm", row)).map(gelu);
      const added = norm(
        "post_layer_norm",
        affine(run, "adapter.up", inner).map((value) => 2.5 * value),
      );
      row.forEach((value, c) => expect(run.rows[r]?.[c]).toBeCloseTo(value + (added[c] ?? 0), 4));
    });
  });

  it.each<readonly [Share, string, string]>([
    ["tasks", "adapter.down.weight", "adapter.up.weight"],
    ["none", "adapter.down.tasks.gqa.weight", "adapter.up.tasks.gqa.weight"],
    ["down", "adapter.down.weight", "adapter.up.tasks.gqa.weight"],
    ["up", "adapter.down.tasks.gqa.weight", "adapter.up.weight"],
  ])("that share %s keep their weights at %s and %s", (share, down, up) => {
    const plan = planOf({ share });
    const paths = hookedPaths(plan, "encoder.ffn", plan.perTask === true ? "gqa" : null);
    expect(paths.filter((path) => path.endsWith("weight"))).toEqual([down, up]);
  });

  it("act only where they are wanted", () => {
    expect(Object.keys(planOf({ sites: ["decoder.ffn"] }).hooks)).toEqual(["decoder.ffn"]);
  });
});
