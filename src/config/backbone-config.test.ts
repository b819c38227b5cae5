import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backboneConfig } from "./backbone-config.ts";
import type { BackboneSettings } from "./backbone-settings.ts";

// facebook/bart-base and t5-base, as their files say.
const BART = {
  model_type: "bart",
  d_model: 768,
  encoder_layers: 6,
  decoder_layers: 6,
  encoder_attention_heads: 12,
  decoder_attention_heads: 12,
  encoder_ffn_dim: 3072,
  decoder_ffn_dim: 3072,
  max_position_embeddings: 1024,
  vocab_size: 50265,
  dropout: 0.1,
};
const T5 = {
  model_type: "t5",
  d_model: 768,
  num_layers: 12,
  num_heads: 12,
  d_kv: 64,
  d_ff: 3072,
  vocab_size: 32128,
  relative_attention_num_buckets: 32,
  dropout_rate: 0.1,
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "backbone-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Settings of a backbone in a folder with this config.json. */
async function settings(config: object, given: object = {}): Promise<BackboneSettings> {
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  const name = (config as { model_type?: string }).model_type === "t5" ? "t5" : "bart";
  return { name, folder, featureWidth: 2048, ...given };
}

describe("backboneConfig", () => {
  it("reads bart-base; the defaults are its sizes with the added tokens", async () => {
    const found = await backboneConfig(await settings(BART), 50465);
    expect(found).toEqual(await backboneConfig({ name: "bart", folder: null, featureWidth: null }, null));
    expect(found).toMatchObject({ vocabulary: 50465, width: 768, encoderLayers: 6, dropRate: 0.1 });
  });

  it("reads t5-base, whose token table is padded", async () => {
    const found = await backboneConfig(await settings(T5), 32200);
    expect(found).toEqual(await backboneConfig({ name: "t5", folder: null, featureWidth: null }, null));
    expect(found).toMatchObject({
      vocabulary: 32200,
      decoderLayers: 12,
      headWidth: 64,
      relativeDistance: 128,
    });
  });

  it("lets rates be changed and the feature width be chosen", async () => {
    const given = await settings(BART, { dropRate: 0, featureWidth: 78, width: 768 });
    expect(await backboneConfig(given, 50465)).toMatchObject({ dropRate: 0, featureWidth: 78, width: 768 });
  });

  it("takes a table that already has the added tokens, and no others", async () => {
    expect(await backboneConfig(await settings({ ...BART, vocab_size: 50465 }), 50465)).toMatchObject({
      vocabulary: 50465,
    });
    const other = settings({ ...BART, vocab_size: 50300 });
    await expect(other.then((one) => backboneConfig(one, 50465))).rejects.toThrow(
      "does not belong to this backbone",
    );
  });

  it("refuses a size that contradicts the folder or the tokenizer", async () => {
    const wider = settings(BART, { width: 1024 });
    await expect(wider.then((one) => backboneConfig(one, 50465))).rejects.toThrow(
      /"backbone\.width" contradicts .*config\.json\n {2}expected: 768\n {2}received: 1024/,
    );
    const larger = settings(BART, { vocabulary: 60000 });
    await expect(larger.then((one) => backboneConfig(one, 50465))).rejects.toThrow(
      '"backbone.vocabulary" contradicts',
    );
  });

  it.each([
    ["another kind of model", { ...BART, model_type: "pegasus" }, "model_type"],
    ["another activation", { ...BART, activation_function: "relu" }, "activation_function"],
    ["a missing size", { ...BART, d_model: undefined }, "d_model"],
    ["stacks of different heads", { ...BART, decoder_attention_heads: 16 }, "as many attention heads"],
    ["T5 1.1", { ...T5, feed_forward_proj: "gated-gelu" }, "feed_forward_proj"],
  ])("refuses %s", async (_, config, words) => {
    const given = await settings(config);
    await expect(backboneConfig(given, null)).rejects.toThrow(words);
    await expect(backboneConfig(given, null)).rejects.toThrow(join(folder, "config.json"));
  });
});
