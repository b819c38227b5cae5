import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { BackboneConfig, BACKBONES, visualLayout } from "../../src/backbones/index.ts";
import { printGraph, reach, type Tensor } from "../../src/graph/index.ts";
import { initialValues, parameterCount } from "../../src/nn/index.ts";
import { ADAMW } from "../../src/optim/index.ts";
import { PetConfig } from "../../src/pet/index.ts";
import { bartTokenizer } from "../../src/text/index.ts";
import {
  model,
  modelParameters,
  trainedParameters,
  writtenModel,
  type Model,
} from "../../src/train/model.ts";
import { modelSummary } from "../../src/train/model-summary.ts";
import { modelSession } from "../../src/train/session.ts";
import { sideStart } from "../../src/train/side-start.ts";
import { lossGraph, stepGraph } from "../../src/train/step-graph.ts";
import { tinyBackbone, TASKS } from "./tiny-model.ts";

type Names = keyof typeof BACKBONES;
type PetSettings = v.InferInput<typeof PetConfig>;

const FAMILIES = Object.keys(BACKBONES) as Names[];
const VARIANT = { visual: visualLayout(1, 9, null), task: null };

function made(backbone: BackboneConfig, pet: PetSettings): Model {
  return model({ backbone, pet: v.parse(PetConfig, pet) }, TASKS);
}

/** How often the nodes behind some outputs read a parameter. */
function readings(outputs: readonly Tensor[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const input of reach(outputs).nodes.flatMap((node) => node.inputs)) {
    if (input.source.kind === "parameter") counts.set(input.name, (counts.get(input.name) ?? 0) + 1);
  }
  return counts;
}

/** Frozen weights of the backbone's layers that a training step reads more often than its forward pass. */
function readInBackward(method: Model): readonly string[] {
  const options = { adamw: ADAMW, clip: 5 };
  const forward = readings([lossGraph(method, VARIANT, "train").loss]);
  const step = readings(Object.values(stepGraph(method, VARIANT, options).outputs));
  return [...step]
    .filter(([path, count]) => count > (forward.get(path) ?? 0))
    .map(([path]) => path)
    .filter((path) => /^(?:encoder|decoder)\.(?:block|layers)\./.test(path) && !path.includes(".pet."));
}

describe("the size of ladder side-tuning", () => {
  const every = Array.from({ length: 12 }, (_, i) => i);
  const kept = every.filter((layer) => layer % 4 !== 0);
  const odd = every.filter((layer) => layer % 2 === 1);
  it.each<[string, Names, object, number, number]>([
    ["r = 2", "t5", { reduction: 2 }, 59_124_504, 282_083_352],
    ["r = 4", "t5", {}, 17_967_384, 240_926_232],
    ["r = 8", "t5", { reduction: 8 }, 6_678_552, 229_637_400],
    // The original also keeps a gate that is never read for each layer left out: 6 and 12 numbers more.
    ["two layers of three", "t5", { encoderLayers: kept, decoderLayers: kept }, 13_982_034, 236_940_882],
    ["every second layer", "t5", { encoderLayers: odd, decoderLayers: odd }, 9_996_684, 232_955_532],
    ["r = 4", "bart", {}, 10_028_172, 149_602_188],
    ["r = 8", "bart", { reduction: 8 }, 4_257_612, 143_831_628],
  ])("with %s on %s-base", (_, name, settings, trained, total) => {
    const pet = { name: "lst", ...settings } as const;
    const method = made(v.parse(BackboneConfig, { name }), pet);
    const parameters = modelParameters(method);
    expect(parameterCount(parameters)).toBe(total);
    expect(parameterCount(trainedParameters(method, parameters))).toBe(trained);
  });

  it("is the 7.46 % that the paper's table gives, in 334 tensors", () => {
    expect(Math.round((10_000 * 17_967_384) / 240_926_232) / 100).toBe(7.46);
    const { sites, trained } = modelSummary(made(v.parse(BackboneConfig, { name: "t5" }), { name: "lst" }));
    expect(trained).toBe(17_967_384);
    expect(sites.map(({ site }) => site)).toEqual(["side network"]);
    expect(sites[0]?.parameters.reduce((sum, { count }) => sum + count, 0)).toBe(334);
  });
});

describe.each(FAMILIES)("ladder side-tuning on %s", (name) => {
  const method = made(tinyBackbone(name), { name: "lst", reduction: 4 });

  it("keeps the backward pass out of the backbone's layers", () => {
    expect(readInBackward(method)).toEqual([]);
    // Modules inside the backbone cannot: their gradients need those of what lies behind them.
    const inside = made(tinyBackbone(name), { name: "vl-pet", rank: 4, gateRank: 4, decoderRank: 4 });
    expect(readInBackward(inside).length).toBeGreaterThan(5);
  });

  it("shows pictures to the side network alone", () => {
    const { encoded } = writtenModel(method, VARIANT, "evaluate");
    const own = printGraph({ states: encoded.states.rows });
    expect(own).not.toMatch(/features|visual|\.pet\./);
    const side = encoded.side === null ? "" : printGraph({ states: encoded.side.states.rows });
    expect(side).toMatch(/input features/);
    expect(side).toMatch(/parameter encoder\.pet\.side\.down\.weight/);
  });
});

describe.each(FAMILIES)("a pruned start on %s", (name) => {
  const method = made(tinyBackbone(name), { name: "lst", reduction: 4, start: "pruned" });
  const parameters = modelParameters(method);

  it("fills every layer of the side network with numbers of the backbone's", async () => {
    const started = await sideStart(method, { parameters, sources: [], seed: 1 });
    const layers = parameters.filter(({ path }) => /\.pet\.side\.(?:block|layers|final)/.test(path));
    const filled = layers.filter(({ path }) => !/\.(?:gate|down\.weight|down\.bias)$/.test(path));
    expect([...started.keys()].toSorted()).toEqual(filled.map(({ path }) => path).toSorted());
    for (const { path, shape } of filled) {
      const values = [...(started.get(path) ?? [])];
      expect(values, path).toHaveLength(shape.reduce((a, b) => a * b, 1));
      const whole = parameters.find((parameter) => parameter.path === path.replace(".pet.side", ""));
      const known = new Set(whole === undefined ? [] : initialValues(whole, 1));
      expect(
        values.every((value) => known.has(value)),
        path,
      ).toBe(true);
    }
  });
});

describe("a session", () => {
  it("begins with the pruned start", async () => {
    const scratch = await mkdtemp(join(tmpdir(), "vl-pet-lst-"));
    const backbone = v.parse(BackboneConfig, { ...tinyBackbone("bart"), vocabulary: 400 });
    const pet = v.parse(PetConfig, { name: "lst", reduction: 2, start: "pruned" });
    const session = await modelSession({
      model: { backbone, pet },
      visual: { regions: null, frames: 1, padding: "attended" },
      tokenizer: await bartTokenizer(resolve(import.meta.dirname, "../../models/scenes")),
      backboneFile: null,
      adapter: null,
      seed: 3,
      scratch,
      prompts: { vqa: "vqa: " },
      threads: 1,
    });
    const path = "encoder.pet.side.layers.0.fc1.weight";
    const held = await session.engine.get([path]);
    const started = await sideStart(session.model, { ...session, sources: [], seed: 3 });
    await session.close();
    await rm(scratch, { recursive: true });
    expect(started.get(path)).toHaveLength(32 * 16);
    expect(held[path]?.data).toEqual(started.get(path));
  });
});

describe("ladders that do not fit", () => {
  const backbone = tinyBackbone("t5");

  it("are refused when nothing is left of a width", () => {
    const wide: PetSettings = { name: "lst", reduction: 9 };
    expect(() => made(backbone, wide)).toThrow(/reduced to nothing[\s\S]*at most 8[\s\S]*received: 9/);
  });

  it.each([[[0, 99]], [[0, 0]]])("are refused with the layers %j", (encoderLayers) => {
    const wrong: PetSettings = { name: "lst", reduction: 2, encoderLayers };
    expect(() => made(backbone, wrong)).toThrow(/pet\.encoderLayers[\s\S]*ascending numbers from 0 to/);
  });
});
