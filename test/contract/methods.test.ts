import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BACKBONES } from "../../src/backbones/index.ts";
import { METHODS, PetConfig } from "../../src/pet/index.ts";
import { nodeEngine, type Engine } from "../../src/runtime/index.ts";
import { methodStory, type MethodStory } from "./method-story.ts";
import { learningRate, TINY_METHODS } from "./tiny-methods.ts";
import { tinyModel, writeTinyBackbone } from "./tiny-model.ts";

const BACKBONE_NAMES = Object.keys(BACKBONES) as (keyof typeof BACKBONES)[];

const CASES = BACKBONE_NAMES.flatMap((backbone) =>
  Object.values(TINY_METHODS)
    .flat()
    .map((pet) => ({ backbone, pet, what: Object.values(pet).join(" ") })),
);

/** A key's bias adds the same to all scores of a query, which softmax ignores: its gradient is rounding noise. */
function isWithoutEffect(path: string): boolean {
  return path.endsWith("k_proj.bias");
}

let folder: string;
let engine: Engine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vl-pet-methods-"));
  engine = nodeEngine({ threads: 1 });
  for (const name of BACKBONE_NAMES) await writeTinyBackbone(join(folder, `${name}.safetensors`), name);
});

afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

describe("tuning methods", () => {
  it("are all tried", () => {
    const missing = Object.keys(METHODS).filter((name) => !(name in TINY_METHODS));
    expect(missing, "these methods need an entry in test/contract/tiny-methods.ts").toEqual([]);
  });
});

describe.each(CASES)("$what on $backbone", ({ backbone, pet }) => {
  let story: MethodStory;

  beforeAll(async () => {
    const tiny = await tinyModel(backbone, v.parse(PetConfig, pet), folder);
    story = await methodStory({ engine, tiny, rate: learningRate(pet), folder });
  });

  it("gives every trained parameter a gradient", () => {
    const unmoved = [...story.gradients].filter(([path, size]) =>
      isWithoutEffect(path) ? size > 1e-5 : size < 1e-6,
    );
    expect(unmoved).toEqual([]);
  });

  it("halves the loss of eight examples in 20 steps", () => {
    expect(story.endLoss).toBeLessThan(story.startLoss / 2);
  });

  it("leaves frozen weights alone", () => {
    expect(story.frozenIsUntouched).toBe(true);
  });

  it("gives the same outputs and the same next step from a checkpoint", () => {
    expect(story.changedByLoading).toEqual([]);
  });
});
