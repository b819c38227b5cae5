import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { float32Tensor } from "../../src/graph/index.ts";
import { ADAMW } from "../../src/optim/index.ts";
import { PetConfig } from "../../src/pet/index.ts";
import { nodeEngine, type Engine } from "../../src/runtime/index.ts";
import { updates, type MicroBatch } from "../../src/train/updates.ts";
import { TASKS, tinyBatch, tinyModel, writeTinyBackbone, type TinyModel } from "./tiny-model.ts";

const PET = { name: "lora", rank: 3, share: "none", dropRate: 0 } as const;
const RATE = 0.01;
const KEY = { seed: 0, step: 0 };

let folder: string;
let engine: Engine;
let tiny: TinyModel;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vl-pet-accumulation-"));
  engine = nodeEngine({ threads: 1 });
  await writeTinyBackbone(join(folder, "bart.safetensors"), "bart");
  tiny = await tinyModel("bart", v.parse(PetConfig, PET), folder, 0);
});

afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

/** A batch whose tokens weigh so much of what they would alone. */
function weighed(task: string, share: number): MicroBatch {
  const { variant, feeds } = tinyBatch(tiny.model, task);
  const weights = feeds["scored_weights"];
  if (weights === undefined) throw new RangeError("a batch has weights");
  const scaled = Float32Array.from(weights.data as Float32Array, (weight) => weight * share);
  return { variant, feeds: { ...feeds, scored_weights: float32Tensor(scaled, weights.dims) } };
}

async function valuesAfter(steps: readonly (readonly MicroBatch[])[]) {
  const { model, trained, weights } = tiny;
  const options = { adamw: ADAMW, clip: null };
  const run = await updates({ engine, model, trained, weights, options, resume: null });
  for (const batches of steps) await run.update(batches, RATE, KEY);
  return run.values();
}

/** Whether a gradient is more than rounding noise; a key's bias has no effect, because softmax ignores it. */
function hasEffect(path: string): boolean {
  return !path.endsWith("k_proj.bias");
}

/** The largest distance of two sets of values. */
function farthest(a: ReadonlyMap<string, Float32Array>, b: ReadonlyMap<string, Float32Array>): number {
  const compared = [...a].filter(([path]) => hasEffect(path));
  return Math.max(
    ...compared.flatMap(([path, values]) => [...values].map((x, i) => Math.abs(x - (b.get(path)?.[i] ?? 0)))),
  );
}

describe("gradients of several micro-batches", () => {
  it("of one task make the update of their mean", async () => {
    const [task] = TASKS;
    const halves = [weighed(task, 0.5), weighed(task, 0.5)];
    const whole = [weighed(task, 1)];
    const once = await valuesAfter([whole]);
    expect(farthest(once, tiny.weights.trained)).toBeGreaterThan(RATE / 2);
    expect(farthest(await valuesAfter([halves]), once)).toBeLessThan(1e-5);
    expect(farthest(await valuesAfter([halves, halves]), await valuesAfter([whole, whole]))).toBeLessThan(
      1e-4,
    );
  });

  it("of several tasks reach the weights of each", async () => {
    const after = await valuesAfter([TASKS.map((task) => weighed(task, 0.5))]);
    const still = tiny.trained
      .map(({ path }) => path)
      .filter((path) => {
        const [before, now] = [tiny.weights.trained.get(path), after.get(path)];
        return before?.every((value, i) => Math.abs(value - (now?.[i] ?? 0)) < RATE / 2);
      });
    expect(still.filter(hasEffect)).toEqual([]);
  });
});
