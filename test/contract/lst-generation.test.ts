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
import { decoderSession } from "../../src/train/generation/decoder-session.ts";
import { writtenModel } from "../../src/train/model.ts";
import { tinyModel, writeTinyBackbone, type TinyModel } from "./tiny-model.ts";

const FAMILIES = Object.keys(BACKBONES) as (keyof typeof BACKBONES)[];
const VARIANT = { visual: visualLayout(1, 9, null), task: null };
const [EXAMPLES, BEAMS, LENGTH] = [3, 2, 6];

/** A text for every beam of every example. */
const TEXTS = Array.from({ length: EXAMPLES * BEAMS }, (_, row) => {
  const stream = new RandomStream(5, `text ${row}`);
  return Array.from({ length: LENGTH }, () => 4 + stream.integer(30));
});

function batch({ model: { backbone } }: TinyModel): EncoderBatch {
  const stream = new RandomStream(4, "features");
  const { featureWidth } = backbone.sizes;
  return {
    inputIds: [
      [9, 5, 7, 8, 6],
      [6, 4],
      [11, 12, 13],
    ],
    features: Float32Array.from({ length: EXAMPLES * 9 * featureWidth }, () => stream.normal()),
    boxes: null,
  };
}

function logProbabilities(logits: readonly number[]): readonly number[] {
  const peak = Math.max(...logits);
  const total = Math.log(logits.reduce((sum, z) => sum + Math.exp(z - peak), 0)) + peak;
  return logits.map((z) => z - total);
}

describe.each(FAMILIES)("the cached side network on %s", (name) => {
  let folder = "";
  let engine: Engine;
  let tiny: TinyModel;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "vl-pet-lst-"));
    await writeTinyBackbone(join(folder, `${name}.safetensors`), name);
    engine = nodeEngine({ threads: 1 });
    tiny = await tinyModel(name, v.parse(PetConfig, { name: "lst", reduction: 2 }), folder);
    // Far from their start, so that the side network has something to say at every token.
    const held = tiny.trained.map(({ path, shape }) => {
      const stream = new RandomStream(6, path);
      const start = tiny.weights.trained.get(path) ?? new Float32Array();
      const moved = start.map((value) => value + 0.4 * stream.normal());
      return [path, float32Tensor(moved, shape)] as const;
    });
    await engine.put(Object.fromEntries(held));
  });
  afterAll(async () => {
    await engine.close();
    await rm(folder, { recursive: true });
  });

  /** Log-probabilities of all tokens behind every token of whole texts, one for each example: [example][position]. */
  async function whole(texts: readonly (readonly number[])[]) {
    const { model, weights } = tiny;
    const { states, head } = writtenModel(model, VARIANT, "evaluate");
    const logits = linearMap(mul(states.rows, head.scale), head.table, head.bias);
    const session = await engine.compile(onnxModel({ logits }, weights.frozen), weights.folder);
    const feeds = {
      ...model.backbone.encoderFeeds(batch(tiny), VARIANT.visual),
      ...model.backbone.decoderFeeds({ decoderIds: texts }),
    };
    const out = await session.run({ feeds, fetch: ["logits"] });
    const values = out["logits"]?.data as Float32Array;
    const { vocabulary } = model.backbone.sizes;
    return texts.map((text, example) =>
      text.map((_, position) => {
        const row = (example * LENGTH + position) * vocabulary;
        return logProbabilities([...values.subarray(row, row + vocabulary)]);
      }),
    );
  }

  it("scores texts token by token as it scores them whole, though beams change places", async () => {
    const { model, weights } = tiny;
    const { vocabulary } = model.backbone.sizes;
    const request = { engine, model, weights, variant: VARIANT, beams: BEAMS, width: vocabulary };
    const next = await (await decoderSession(request)).begin(batch(tiny));
    const byBeam: (readonly (readonly (readonly number[])[])[])[] = [];
    for (let beam = 0; beam < BEAMS; beam++)
      byBeam.push(await whole(TEXTS.filter((_, row) => row % BEAMS === beam)));

    for (let position = 0; position < LENGTH; position++) {
      // At every step but the first, the two rows of an example change places.
      const textOf = (row: number): number => row - (row % BEAMS) + ((row + position) % BEAMS);
      const tokens = TEXTS.map((_, row) => TEXTS[textOf(row)]?.[position] ?? 0);
      const order = TEXTS.map((_, row) => (position === 0 ? row : row - (row % BEAMS) + ((row + 1) % BEAMS)));
      const scored = await next(tokens, order, position);
      scored.forEach((row, i) => {
        const text = textOf(i);
        const wanted = byBeam[text % BEAMS]?.[Math.floor(text / BEAMS)]?.[position] ?? [];
        expect(row.tokens).toHaveLength(vocabulary);
        const worst = Math.max(
          ...row.tokens.map((token, k) =>
            Math.abs((row.logProbabilities[k] ?? Number.NaN) - (wanted[token] ?? Number.NaN)),
          ),
        );
        expect(worst, `row ${i} at position ${position}`).toBeLessThan(1e-4);
      });
    }
    const [first, second] = byBeam.map((scores) => scores[0]?.[LENGTH - 1] ?? []);
    const apart = Math.max(...(first ?? []).map((score, token) => Math.abs(score - (second?.[token] ?? 0))));
    expect(apart, "equal texts would prove nothing").toBeGreaterThan(0.01);
  });
});
