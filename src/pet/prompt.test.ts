import * as v from "valibot";
import { afterAll, describe, expect, it } from "vitest";
import { evaluateOn } from "../../test/contract/evaluate.ts";
import { hookedPaths } from "../../test/contract/hooked-parameters.ts";
import { hookedRows, type Matrix } from "../../test/contract/hooked-rows.ts";
import { affine } from "../../test/contract/written-out.ts";
import { nodeEngine } from "../runtime/index.ts";
import { prompt } from "./prompt.ts";

const engine = nodeEngine({ threads: 1 });
const evaluate = evaluateOn(engine);
afterAll(() => engine.close());

const EMPTY: Matrix = [
  [0, 0, 0],
  [0, 0, 0],
];

function planOf(settings: Omit<v.InferInput<typeof prompt.config>, "name">) {
  return prompt.plan(v.parse(prompt.config, { name: "prompt", hiddenWidth: 5, ...settings }));
}

describe("soft prompts", () => {
  it("are up(tanh(down(table)))", async () => {
    const plan = planOf({ encoderLength: 2 });
    const run = await hookedRows(evaluate, plan.hooks, "encoder.prompt", { x: EMPTY, y: EMPTY });
    expect(run.weights["prompt.up.weight"]?.length).toBe(3);
    (run.weights["prompt.table.weight"] ?? []).forEach((row, r) => {
      const wanted = affine(run, "prompt.up", affine(run, "prompt.down", row).map(Math.tanh));
      wanted.forEach((value, c) => expect(run.rows[r]?.[c]).toBeCloseTo(value, 5));
    });
  });

  it("stand before either text, or both", () => {
    const sites = (settings: Parameters<typeof planOf>[0]) => Object.keys(planOf(settings).hooks);
    expect(sites({})).toEqual(["encoder.prompt"]);
    expect(sites({ encoderLength: 0, decoderLength: 3 })).toEqual(["decoder.prompt"]);
    expect(planOf({ decoderLength: 3 }).prompts).toEqual({ encoder: 40, decoder: 3 });
  });

  it("are the tasks' own when these do not share", () => {
    expect(hookedPaths(planOf({ share: "none" }), "encoder.prompt", "gqa")).toContain(
      "prompt.tasks.gqa.table.weight",
    );
  });

  it("need rows", () => {
    expect(() => planOf({ encoderLength: 0 })).toThrow(/a prompt needs rows/);
  });
});
