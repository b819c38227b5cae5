import * as v from "valibot";
import { afterAll, describe, expect, it } from "vitest";
import { evaluateOn } from "../../test/contract/evaluate.ts";
import { hookedParameters, hookedPaths } from "../../test/contract/hooked-parameters.ts";
import { hookedRows, type HookedRows, type Matrix } from "../../test/contract/hooked-rows.ts";
import { gelu } from "../../test/contract/written-out.ts";
import { nodeEngine } from "../runtime/index.ts";
import { compacter } from "./compacter.ts";

const engine = nodeEngine({ threads: 1 });
const evaluate = evaluateOn(engine);
afterAll(() => engine.close());

const H: Matrix = [
  [1.4, 0.1, -0.6, 0.9],
  [0.2, -0.8, 0.7, 1.3],
];

function planOf(settings: Omit<v.InferInput<typeof compacter.config>, "name">) {
  return compacter.plan(v.parse(compacter.config, { name: "compacter", rank: 6, ...settings }));
}

interface Sizes {
  readonly n: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** Element (row, column) of Σᵢ Aᵢ ⊗ Wᵢ, from A [n·n, n] and W [n·I/n, O/n] as they are stored. */
function kronecker(a: Matrix, w: Matrix, { n, inputs, outputs }: Sizes, row: number, column: number): number {
  const [height, width] = [inputs / n, outputs / n];
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const rule = a[i * n + Math.floor(row / height)]?.[Math.floor(column / width)] ?? 0;
    sum += rule * (w[i * height + (row % height)]?.[column % width] ?? 0);
  }
  return sum;
}

function mapped(run: HookedRows, name: string, row: readonly number[], sizes: Sizes): readonly number[] {
  const weights = (own: string): Matrix => run.weights[`adapter.${name}.${own}`] ?? [];
  return (weights("b")[0] ?? []).map((bias, column) =>
    row.reduce(
      (sum, value, i) => sum + value * kronecker(weights("phm_rule"), weights("W"), sizes, i, column),
      bias,
    ),
  );
}

function rulesOf(settings: Parameters<typeof planOf>[0], task: string | null): readonly string[] {
  return hookedPaths(planOf(settings), "encoder.ffn", task).filter((path) => path.endsWith("phm_rule"));
}

describe("Compacter", () => {
  it("maps by a sum of Kronecker products", async () => {
    const plan = planOf({ division: 2 });
    const run = await hookedRows(evaluate, plan.hooks, "encoder.ffn", { x: H, y: H });
    H.forEach((row, r) => {
      const inner = mapped(run, "down", row, { n: 2, inputs: 4, outputs: 6 }).map(gelu);
      const added = mapped(run, "up", inner, { n: 2, inputs: 6, outputs: 4 });
      row.forEach((value, c) => expect(run.rows[r]?.[c]).toBeCloseTo(value + (added[c] ?? 0), 4));
    });
  });

  it("keeps its rules where they belong", () => {
    expect(rulesOf({}, null)).toEqual(["adapter.down.phm_rule", "adapter.up.phm_rule"]);
    expect(rulesOf({ share: "none" }, "vqa")).toEqual([
      "adapter.down.tasks.vqa.phm_rule",
      "adapter.up.tasks.vqa.phm_rule",
    ]);
    expect(rulesOf({ share: "none", rule: "tasks" }, "vqa")).toEqual([
      "adapter.down.phm_rule",
      "adapter.up.phm_rule",
    ]);
    expect(rulesOf({ rule: "model" }, null)).toEqual(["pet.phm.phm_rule"]);
  });

  it("starts a rule near zero and what it multiplies as Glorot does, a slice at a time", () => {
    const found = hookedParameters(planOf({ division: 2, factorRank: 1 }), "encoder.ffn");
    const starts = new Map(found.map(({ path, init }) => [path.split(".").at(-1), init]));
    expect(starts.get("phm_rule")).toEqual({ kind: "normal", deviation: 0.01 });
    // up's right factor: slices [1, 4/2]
    expect(starts.get("W_right")).toEqual({ kind: "uniform", bound: Math.sqrt(2) * Math.sqrt(6 / 3) });
    expect(starts.get("b")).toEqual({ kind: "constant", value: 0 });
  });

  it("refuses a division that does not divide the rank", () => {
    expect(() => hookedPaths(planOf({ rank: 6, division: 4 }), "encoder.ffn")).toThrow(
      /the division must divide both sides.*division 4 of a map from 4 to 6/s,
    );
  });
});
