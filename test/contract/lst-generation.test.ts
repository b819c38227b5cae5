import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BACKBONES, visualLayout, type EncoderBatch } from "../../src/backbones/index.ts";
import { float32Tensor } from "../../src/graph/index.ts";
import { onnxModel } from "../../src/onnx/index.ts";
import { linearMap, mul } from "../../src/ops/index.ts";
import { PetConfig } from "../../src/pet/index.ts";
import { RandomStream } from "../../src/random.ts";
import { nodeEngine, type Engine } from "../../src/runtime/index.ts";
import { generator } from "../../src/train/generation/index.ts";
import { writtenModel } from "../../src/train/model.ts";
import { tinyModel, writeTinyBackbone, type TinyModel } from "./tiny-model.ts";

const FAMILIES = Object.keys(BACKBONES) as (keyof typeof BACKBONES)[];
const VARIANT = { visual: visualLayout(1, 9, null), task: null };
const SEARCH = { maxLength: 9, noRepeatNgram: 0, earlyStopping: false, lengthPenalty: 1, forceEnd: false };

function examples({ model: { backbone } }: TinyModel): EncoderBatch {
  const stream = new RandomStream(4, "examples");
  const { featureWidth } = backbone.sizes;
  return {
    inputIds: [
      [9, 5, 7, 8, 6],
      [6, 4],
      [11, 12, 13],
    ],
    features: Float32Array.from({ length: 3 * 9 * featureWidth }, () => stream.normal()),
    boxes: null,
  };
}

describe.each(FAMILIES)("texts from a side network on %s", (name) => {
  let folder = "";
  let engine: Engine;
  let tiny: TinyModel;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "vl-pet-lst-"));
    await writeTinyBackbone(join(folder, `${name}.safetensors`), name);
    engine = nodeEngine({ threads: 1 });
    tiny = await tinyModel(name, v.parse(PetConfig, { name: "lst", reduction: 1 }), folder);
    const { trained, weights } = tiny;
    // Far from their start, so that the side network has something to say at every token.
    const held = trained.map(({ path, shape }) => {
      const stream = new RandomStream(6, path);
      const start = weights.trained.get(path) ?? new Float32Array();
      const moved = start.map((value) => value + 0.4 * stream.normal());
      return [path, float32Tensor(moved, shape)] as const;
    });
    await engine.put(Object.fromEntries(held));
  });
  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  /** The likeliest token behind every token of the texts, without a cache. */
  async function likeliest(texts: readonly (readonly number[])[]): Promise<readonly (readonly number[])[]> {
    const { model, weights } = tiny;
    const { states, head } = writtenModel(model, VARIANT, "evaluate");
    const logits = linearMap(mul(states.rows, head.scale), head.table, head.bias);
    const session = await engine.compile(onnxModel({ logits }, weights.frozen), weights.folder);
    const feeds = {
      ...model.backbone.encoderFeeds(examples(tiny), VARIANT.visual),
      ...model.backbone.decoderFeeds({ decoderIds: texts }),
    };
    const out = await session.run({ feeds, fetch: ["logits"] });
    const values = out["logits"]?.data as Float32Array;
    const { vocabulary } = model.backbone.sizes;
    const length = Math.max(...texts.map((text) => text.length));
    return texts.map((text, example) =>
      text.map((_, position) => {
        const row = (example * length + position) * vocabulary;
        const scores = values.subarray(row, row + vocabulary);
        return scores.indexOf(scores.reduce((a, b) => Math.max(a, b)));
      }),
    );
  }

  it("are those of whole texts, token by token", async () => {
    const { model, weights } = tiny;
    const writer = generator({ engine, model, weights });
    const texts = await writer.generate(examples(tiny), VARIANT, { ...SEARCH, beams: 1 });
    expect(new Set(texts.flat()).size).toBeGreaterThan(3); // a constant text would prove nothing
    const next = await likeliest(texts);
    texts.forEach((text, i) => expect(text.slice(1)).toEqual(next[i]?.slice(0, text.length - 1)));
  });
});
