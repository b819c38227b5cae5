import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as v from "valibot";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { asFloat32, openSafetensors } from "../../src/files/safetensors.ts";
import type { PetConfig } from "../../src/pet/index.ts";
import { VISUAL_WEIGHTS, writePeftAdapter, type WritePeftReport } from "../../src/train/peft/write-peft.ts";
import { writeTinyBackbone, type BackboneName } from "./tiny-model.ts";
import { trainedFolder, type TrainedFolder } from "./trained-folder.ts";

type Settings = v.InferInput<typeof PetConfig>;

let folder = "";
let output = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vl-pet-peft-"));
  for (const name of ["bart", "t5"] as const)
    await writeTinyBackbone(join(folder, `${name}.safetensors`), name);
});
beforeEach(() => (output = join(folder, "peft")));
afterEach(() => rm(output, { recursive: true, force: true }));
afterAll(() => rm(folder, { recursive: true }));

interface Written {
  readonly trained: TrainedFolder;
  readonly report: WritePeftReport;
  readonly config: Readonly<Record<string, unknown>>;
  /** Tensors by key: shape and values. */
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
}

async function written(backbone: BackboneName, pet: Settings, task: string | null = null): Promise<Written> {
  const trained = await trainedFolder(folder, backbone, pet);
  const { values, config } = trained;
  const source = { values, backbone: config.model.backbone, task };
  try {
    const report = await writePeftAdapter({ ...source, output, baseModel: "some/model" });
    const text = await readFile(join(output, "adapter_config.json"), "utf8");
    const tensors = await tensorsOf(join(output, "adapter_model.safetensors"));
    return { trained, report, config: JSON.parse(text) as Record<string, unknown>, tensors };
  } finally {
    await values.close();
  }
}

async function tensorsOf(path: string) {
  const file = await openSafetensors(path);
  try {
    const all = await file.readAll();
    return new Map([...all].map(([key, tensor]) => [key, { shape: tensor.shape, data: asFloat32(tensor) }]));
  } finally {
    await file.close();
  }
}

const COMMON = {
  base_model_name_or_path: "some/model",
  task_type: "SEQ_2_SEQ_LM",
  inference_mode: true,
};

describe("LoRA for PEFT", () => {
  it("has PEFT's keys for matrices and biases on BART", async () => {
    const { config, tensors, trained } = await written("bart", { name: "lora", rank: 3, alpha: 9 });
    expect(config).toMatchObject({
      ...COMMON,
      peft_type: "LORA",
      r: 3,
      lora_alpha: 9,
      target_modules: ["q_proj", "v_proj"],
      bias: "all",
    });
    const query = "base_model.model.model.encoder.layers.0.self_attn.q_proj";
    expect(tensors.get(`${query}.lora_A.weight`)?.shape).toEqual([3, 32]);
    expect(tensors.get(`${query}.lora_B.weight`)?.shape).toEqual([32, 3]);
    expect(tensors.get(`${query}.lora_B.weight`)?.data).toEqual(
      trained.values.adapter.get("encoder.layers.0.self_attn.q_proj.pet.lora.up.weight"),
    );
    const keys = [...tensors.keys()];
    expect(keys).toContain(`${query}.base_layer.bias`);
    expect(keys).toContain("base_model.model.model.encoder.layers.0.self_attn.k_proj.bias");
    expect(keys.filter((key) => key.includes("lora_"))).toHaveLength(3 * 2 * 2);
    expect(keys.filter((key) => key.includes("visual"))).toEqual([]);
  });

  it("takes the weights of one task", async () => {
    const pet = { name: "lora", rank: 3, share: "none" } as const;
    await expect(written("t5", pet)).rejects.toThrow("one of vqa, gqa");
    const { tensors, trained } = await written("t5", pet, "gqa");
    expect(
      tensors.get("base_model.model.decoder.block.0.layer.1.EncDecAttention.v.lora_A.weight")?.data,
    ).toEqual(
      trained.values.adapter.get("decoder.block.0.layer.1.EncDecAttention.v.pet.lora.down.tasks.gqa.weight"),
    );
  });

  it("puts the visual embedding beside it", async () => {
    const { report } = await written("bart", { name: "lora", rank: 3 });
    const visual = await tensorsOf(join(output, VISUAL_WEIGHTS));
    expect(visual.size).toBe(report.visual);
    expect([...visual.keys()]).toContain("model.encoder.visual_embedding.feat_embedding.0.weight");
  });
});

describe("IA3 for PEFT", () => {
  it.each([
    ["residual", 1],
    ["plain", 0],
  ] as const)("scales by one number in the %s form", async (form, added) => {
    const { tensors, trained, config } = await written("bart", { name: "ia3", value: form, ffn: form });
    const [value, ffn] = ["encoder_attn.v_proj", "fc2"].map((map) =>
      tensors.get(`base_model.model.model.decoder.layers.0.${map}.ia3_l`),
    );
    expect([value?.shape, ffn?.shape]).toEqual([
      [32, 1],
      [1, 64],
    ]);
    const scale = trained.values.adapter.get("decoder.layers.0.fc1.pet.scale") ?? [];
    expect([...(ffn?.data ?? [])]).toEqual([...scale].map((one) => Math.fround(one + added)));
    const target = new RegExp(`^${String(config["target_modules"])}$`);
    expect(target.test("model.decoder.layers.0.encoder_attn.v_proj")).toBe(true);
    expect(target.test("model.decoder.layers.0.self_attn.v_proj")).toBe(false);
    expect(target.test("model.encoder.layers.0.fc2")).toBe(false);
    expect(new RegExp(`^${String(config["feedforward_modules"])}$`).test("model.decoder.layers.5.fc2")).toBe(
      true,
    );
  });
});

describe("a prompt for PEFT", () => {
  it("is its rows, computed", async () => {
    const { tensors, trained, config, report } = await written("t5", {
      name: "prompt",
      encoderLength: 4,
      hiddenWidth: 5,
    });
    expect(config).toMatchObject({
      ...COMMON,
      num_virtual_tokens: 4,
      num_transformer_submodules: 1,
      token_dim: 32,
    });
    expect([...tensors.keys()]).toEqual(["prompt_embeddings"]);
    const own = (name: string): Float32Array =>
      trained.values.adapter.get(`encoder.pet.prompt.${name}`) ?? new Float32Array();
    const [table, down, downBias] = [own("table.weight"), own("down.weight"), own("down.bias")];
    const hidden = Array.from(downBias, (bias, unit) => {
      const sum = Array.from({ length: 32 }, (_, i) => (table[64 + i] ?? 0) * (down[32 * unit + i] ?? 0));
      return Math.tanh(sum.reduce((a, b) => a + b, bias));
    });
    const [up, upBias] = [own("up.weight"), own("up.bias")];
    const last = hidden.reduce((sum, value, unit) => sum + value * (up[5 * 7 + unit] ?? 0), upBias[7] ?? 0);
    expect(tensors.get("prompt_embeddings")?.data[2 * 32 + 7]).toBeCloseTo(last, 6);
    expect(report.notes).toEqual([]);
  });

  it("says that PEFT gives it positions on BART", async () => {
    const { report } = await written("bart", { name: "prompt", encoderLength: 4, hiddenWidth: 5 });
    expect(report.notes.join()).toContain("positions");
    expect(await readFile(join(output, "README.md"), "utf8")).toContain("positions");
  });
});

describe("methods that PEFT cannot hold", () => {
  it.each([
    [{ name: "prompt", decoderLength: 3, hiddenWidth: 5 }, "before the decoder's text"],
    [{ name: "prefix", length: 3 }, "only the decoder's self-attention"],
    [{ name: "vl-pet", rank: 4, gateRank: 4, decoderRank: 4 }, "which PEFT does not have"],
  ] as const)("%j is refused with the reason", async (pet, words) => {
    await expect(written("bart", pet)).rejects.toThrow(words);
  });
});
