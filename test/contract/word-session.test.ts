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
import { wordSession } from "../../src/train/generation/word-session.ts";
import { writtenModel } from "../../src/train/model.ts";
import { tinyModel, writeTinyBackbone, type BackboneName, type TinyModel } from "./tiny-model.ts";

/** Two images of nine regions each, as in NLVR2. */
const [IMAGES, REGIONS] = [2, 9];
const VARIANT = { visual: visualLayout(IMAGES, REGIONS, null), task: null };

const SETTINGS = [
  { name: "vl-pet", granularity: "large", rank: 6, gateRank: 5, decoderRank: 4 },
  { name: "lst", reduction: 2 }, // another head than the backbone's, and a side network to wait for
] as const;
const CASES = (Object.keys(BACKBONES) as BackboneName[]).flatMap((backbone) =>
  SETTINGS.map((pet) => [pet.name, backbone, pet] as const),
);

function batch({ model: { backbone } }: TinyModel): EncoderBatch {
  const stream = new RandomStream(4, "features");
  const inputIds = [
    [9, 5, 7, 8, 6],
    [6, 4],
    [11, 12, 13],
  ];
  const size = inputIds.length * IMAGES * REGIONS * backbone.sizes.featureWidth;
  return { inputIds, features: Float32Array.from({ length: size }, () => stream.normal()), boxes: null };
}

describe.each(CASES)("answers of one word, by %s on %s", (_, name, pet) => {
  let folder = "";
  let engine: Engine;
  let tiny: TinyModel;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "vl-pet-words-"));
    await writeTinyBackbone(join(folder, `${name}.safetensors`), name);
    engine = nodeEngine({ threads: 1 });
    tiny = await tinyModel(name, v.parse(PetConfig, pet), folder);
    const start = tiny.trained.map(({ path, shape }) => {
      const values = tiny.weights.trained.get(path) ?? new Float32Array();
      return [path, float32Tensor(values, shape)] as const;
    });
    await engine.put(Object.fromEntries(start));
  });
  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  /** Logits of the whole vocabulary at the last of some decoder tokens, by the whole decoder and head: [B][V]. */
  async function wholeLogits(start: readonly number[]): Promise<readonly Float32Array[]> {
    const { model, weights } = tiny;
    const { states, head } = writtenModel(model, VARIANT, "evaluate");
    const logits = linearMap(mul(states.rows, head.scale), head.table, head.bias);
    const session = await engine.compile(onnxModel({ logits }, weights.frozen), weights.folder);
    const encoder = batch(tiny);
    const feeds = {
      ...model.backbone.encoderFeeds(encoder, VARIANT.visual),
      ...model.backbone.decoderFeeds({ decoderIds: encoder.inputIds.map(() => start) }),
    };
    const out = await session.run({ feeds, fetch: ["logits"] });
    const values = out["logits"]?.data as Float32Array;
    const { vocabulary } = model.backbone.sizes;
    return encoder.inputIds.map((__, b) => {
      const row = ((b + 1) * start.length - 1) * vocabulary;
      return values.subarray(row, row + vocabulary);
    });
  }

  it("equal the whole decoder's logits behind its start, for any words in any order", async () => {
    const { model, weights } = tiny;
    const session = await wordSession({ engine, model, weights, variant: VARIANT });
    const { decoderStart, bos } = model.backbone.tokens;
    const whole = await wholeLogits(name === "bart" ? [decoderStart, bos ?? 0] : [decoderStart]);
    const everything = Array.from({ length: model.backbone.sizes.vocabulary }, (__, token) => token);
    for (const words of [everything, [12, 11], [7]]) {
      const scores = await session.scores(batch(tiny), words);
      expect(scores).toHaveLength(3);
      scores.forEach((row, b) => {
        expect(row).toHaveLength(words.length);
        row.forEach((score, i) => expect(score).toBeCloseTo(whole[b]?.[words[i] ?? 0] ?? Number.NaN, 4));
      });
    }
    const apart = Math.abs((whole[0]?.[11] ?? 0) - (whole[0]?.[12] ?? 0));
    expect(apart, "equal logits would prove nothing").toBeGreaterThan(1e-3);
  });
});
