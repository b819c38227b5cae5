import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { modelRequest, resolveConfig } from "../../src/config/index.ts";
import { openSafetensors, writeSafetensors, type TensorData } from "../../src/files/safetensors.ts";
import { initialValues, type Parameter } from "../../src/nn/index.ts";
import { model } from "../../src/train/model.ts";
import { modelSession, parametersOf } from "../../src/train/session.ts";
import { TOY_VOCABULARY, toyConfig, writeToyData } from "./toy-run.ts";
import { contents, vlpet } from "./vlpet.ts";

const HUGGING_FACE = {
  model_type: "bart",
  d_model: 16,
  encoder_layers: 1,
  decoder_layers: 1,
  encoder_attention_heads: 2,
  decoder_attention_heads: 2,
  encoder_ffn_dim: 32,
  decoder_ffn_dim: 32,
  max_position_embeddings: 64,
  vocab_size: TOY_VOCABULARY,
  dropout: 0.1,
  activation_function: "gelu",
  architectures: ["BartForConditionalGeneration"],
};

/** The parameters of a plain BART of these sizes, without the 200 tokens that are added later. */
function plainParameters(): readonly Parameter[] {
  const sizes = { encoderLayers: 1, decoderLayers: 1, heads: 2, ffnWidth: 32, maxPositions: 64 };
  const backbone = {
    name: "bart",
    width: 16,
    vocabulary: TOY_VOCABULARY,
    ...sizes,
    featureWidth: 78,
  } as const;
  const config = {
    backbone: { ...backbone, imageSlots: 0, projector: null, dropRate: 0.1 },
    pet: { name: "full" },
  };
  return parametersOf(model(config as Parameters<typeof model>[0], ["caption"])).all.filter(
    ({ traits }) => traits.part !== "visual",
  );
}

/** A folder as `save_pretrained` of a BartForConditionalGeneration leaves it. */
async function writeBackbone(folder: string, seed: number): Promise<void> {
  await cp(join(folder, "../tokenizer"), folder, { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(HUGGING_FACE));
  const tensors = plainParameters().map((parameter): [string, TensorData] => {
    const { path, shape, traits } = parameter;
    const data = Float32Array.from(initialValues(parameter, seed));
    return [traits.role === "buffer" ? path : `model.${path}`, { dtype: "F32", shape, data }];
  });
  await writeSafetensors(join(folder, "model.safetensors"), tensors, { format: "pt" });
}

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-backbone-"));
  await writeToyData(folder, 4);
  await writeBackbone(join(folder, "bart"), 3);
  const { backbone: _, tokenizer: __, ...config } = toyConfig() as Record<string, unknown>;
  await writeFile(
    join(folder, "run.json"),
    JSON.stringify({ ...config, backbone: { name: "bart", folder: "bart" } }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const TRAIN = ["train", "--config", "run.json", "--set", "training.epochs=1", "-q", "--output"] as const;

describe("a backbone folder in Hugging Face's format", () => {
  it("gives sizes, tokenizer and weights", async () => {
    const { code, stderr } = await vlpet([...TRAIN, "run"], folder);
    expect(code, stderr).toBe(0);
    const adapter = JSON.parse(readFileSync(join(folder, "run/adapter/adapter_config.json"), "utf8")) as {
      model: { backbone: object };
      backboneFingerprint: string;
    };
    expect(adapter.model.backbone).toMatchObject({
      width: 16,
      heads: 2,
      maxPositions: 64,
      vocabulary: TOY_VOCABULARY + 200,
    });
    expect(adapter.backboneFingerprint).toMatch(/^[0-9a-f]{32}$/);
  });

  it("has its frozen weights used where they lie; only grown tables are written anew", async () => {
    const request = await modelRequest(await resolveConfig({ file: join(folder, "run/config.json") }));
    const session = await modelSession({ ...request, adapter: null, scratch: join(folder, "frozen") });
    await session.close();
    const frozen = await openSafetensors(join(folder, "frozen/frozen.safetensors"));
    expect([...frozen.tensors.keys()].toSorted()).toEqual(["final_logits_bias", "shared.weight"]);
    const shared = await frozen.read("shared.weight");
    await frozen.close();
    const file = await openSafetensors(join(folder, "bart/model.safetensors"));
    const base = await file.read("model.shared.weight");
    await file.close();
    expect(shared.shape).toEqual([TOY_VOCABULARY + 200, 16]);
    expect(shared.data.slice(0, base.data.length)).toEqual(base.data);
  });

  it("tells weights of other numbers apart", async () => {
    await writeBackbone(join(folder, "twin"), 4);
    const before = contents(join(folder, "run"));
    const args = ["evaluate", "--run", "run", "--set", "backbone.folder=twin", "-q"];
    const { code, stderr } = await vlpet(args, folder);
    expect(stderr).toContain("other backbone weights of the same sizes");
    expect(code).toBe(1);
    expect(contents(join(folder, "run"))).toEqual(before);
  });

  it.each([
    [["backbone.width=32"], '"backbone.width" contradicts', 'leave "backbone.width" out'],
    [["backbone.folder=photos"], "photos: there is no tokenizer in this folder", "fix:"],
    [["tokenizer=small"], "the tokenizer does not belong to this backbone", 'set "tokenizer" to the folder'],
  ])("refuses %j", async (settings, ...says) => {
    await cp(join(folder, "tokenizer"), join(folder, "small"), { recursive: true });
    const tokens = { "<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, a: 4 };
    await writeFile(join(folder, "small/vocab.json"), JSON.stringify(tokens));
    await writeFile(join(folder, "small/merges.txt"), "");
    const { code, stderr } = await vlpet(
      [...TRAIN, "new", ...settings.flatMap((one) => ["-s", one])],
      folder,
    );
    for (const words of says) expect(stderr).toContain(words);
    expect(code).toBe(1);
    expect(contents(join(folder, "new"))).toEqual({});
  });
});
