import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BACKBONES, BackboneConfig, HUGGING_FACE } from "../../src/backbones/index.ts";
import { asFloat32, openSafetensors } from "../../src/files/safetensors.ts";
import { petMerge, PetConfig } from "../../src/pet/index.ts";
import { nodeEngine, type Engine } from "../../src/runtime/index.ts";
import { mergeAdapter } from "../../src/train/merge.ts";
import { TINY_METHODS } from "./tiny-methods.ts";
import { writeTinyBackbone, type BackboneName } from "./tiny-model.ts";
import { trainedFolder } from "./trained-folder.ts";

const BACKBONE_NAMES = Object.keys(BACKBONES) as BackboneName[];
type Settings = v.InferInput<typeof PetConfig>;

/** More settings of methods that fold: other forms, and VL-PET with nothing but factors. */
const FOLDED: readonly Settings[] = [
  { name: "ia3", value: "plain", ffn: "plain", start: "ones" },
  { name: "ia3", value: "none" },
  {
    name: "vl-pet",
    granularity: "middleY",
    ffnGranularity: "none",
    rank: null,
    decoderRank: null,
    scale: 0.7,
    sublayerScale: 1.2,
    valueResidual: true,
  },
];

const CASES = BACKBONE_NAMES.flatMap((backbone) =>
  [...Object.values(TINY_METHODS).flat(), ...FOLDED].map((pet) => ({
    backbone,
    pet,
    what: Object.values(pet).join(" "),
  })),
);

let folder = "";
let output = "";
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vl-pet-merge-"));
  engine = nodeEngine({ threads: 1 });
  for (const name of BACKBONE_NAMES) await writeTinyBackbone(join(folder, `${name}.safetensors`), name);
});
beforeEach(() => (output = join(folder, "merged")));
afterEach(() => rm(output, { recursive: true, force: true }));
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

async function merged(backbone: BackboneName, pet: Settings, task: string | null) {
  const { values, config } = await trainedFolder(folder, backbone, pet);
  try {
    return await mergeAdapter({ values, config, task, tokenizer: null, output, engine });
  } finally {
    await values.close();
  }
}

function obstaclesOf({ pet }: { readonly pet: Settings }) {
  return petMerge(v.parse(PetConfig, pet)).obstacles;
}

describe("a method without obstacles", () => {
  it.each(CASES.filter((one) => obstaclesOf(one).length === 0))(
    "computes the same when merged: $what into $backbone",
    async ({ backbone, pet }) => {
      const { drift } = await merged(backbone, pet, "gqa");
      expect(drift.logits).toBeGreaterThan(500);
      expect(drift.scale).toBeGreaterThan(0.1);
      expect(drift.largest).toBeLessThan(1e-5 * drift.scale);
      expect(drift.agreement).toBe(100);
    },
  );
});

describe("a method that cannot be merged", () => {
  it.each(CASES.filter((one) => obstaclesOf(one).length > 0))(
    "explains why: $what on $backbone",
    async ({ backbone, pet }) => {
      const [first] = obstaclesOf({ pet });
      await expect(merged(backbone, pet, "gqa")).rejects.toThrow(first?.why);
      expect(existsSync(output)).toBe(false);
    },
  );
});

describe("a merge", () => {
  it("folds LoRA into query and value of every attention", async () => {
    const { folded } = await merged("bart", { name: "lora", rank: 3 }, null);
    expect(folded).toBe(6);
    const [before, after] = [join(folder, "bart.safetensors"), join(output, "model.safetensors")];
    const changed = await Promise.all(
      ["q", "k", "v", "out"].map(async (map) => {
        const path = `encoder.layers.0.self_attn.${map}_proj.weight`;
        const old = await weight(before, path);
        return (await weight(after, `model.${path}`)).some((value, i) => value !== old[i]);
      }),
    );
    expect(changed).toEqual([true, false, true, false]);
  });

  it("is for one task when each has weights of its own", async () => {
    const pet = { name: "lora", rank: 3, share: "none" } as const;
    await expect(merged("bart", pet, null)).rejects.toThrow("one of vqa, gqa");
    await expect(merged("bart", pet, "caption")).rejects.toThrow("one of vqa, gqa");
    const values = async (task: string): Promise<Float32Array> => {
      await merged("bart", pet, task);
      const made = await weight(
        join(output, "model.safetensors"),
        "model.decoder.layers.0.self_attn.q_proj.weight",
      );
      await rm(output, { recursive: true });
      return made;
    };
    expect(await values("vqa")).not.toEqual(await values("gqa"));
  });

  it("leaves a folder that describes itself", async () => {
    const { drift } = await merged("t5", { name: "ia3" }, null);
    const config = v.parse(
      HUGGING_FACE.t5.config,
      JSON.parse(await readFile(join(output, "config.json"), "utf8")),
    );
    expect(v.parse(BackboneConfig, { name: "t5", ...config, featureWidth: 24 })).toMatchObject({
      width: 32,
      vocabulary: 50,
      heads: 4,
      headWidth: 8,
    });
    expect(await readFile(join(output, "README.md"), "utf8")).toContain(drift.largest.toExponential(1));
    const adapter: unknown = JSON.parse(await readFile(join(output, "adapter/adapter_config.json"), "utf8"));
    expect(adapter).toMatchObject({ model: { pet: { name: "visual-only" } } });
    const file = await openSafetensors(join(output, "model.safetensors"));
    await file.close();
    expect([...file.tensors.keys()]).toContain("encoder.visual_embedding.feat_embedding.0.weight");
  });
});

async function weight(path: string, key: string): Promise<Float32Array> {
  const file = await openSafetensors(path);
  try {
    return asFloat32(await file.read(key));
  } finally {
    await file.close();
  }
}
