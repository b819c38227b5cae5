import * as v from "valibot";
import { afterAll, describe, expect, it } from "vitest";
import { BACKBONES, BackboneConfig, type EncoderBatch, type VisualLayout } from "../backbones/index.ts";
import type { Features } from "../data/index.ts";
import { float32Tensor, Graph } from "../graph/index.ts";
import { initialValues, Scope } from "../nn/index.ts";
import { onnxModel } from "../onnx/index.ts";
import { RandomStream } from "../random.ts";
import { nodeEngine } from "../runtime/index.ts";
import { type Example, type TaskForm, TASKS } from "../tasks/index.ts";
import { type Model, model } from "./model.ts";
import type { Reader, TaskData, VisualSettings } from "./task-data.ts";
import { visualInputs } from "./visual-inputs.ts";

const engine = nodeEngine({ threads: 1 });
afterAll(() => engine.close());

const [WIDTH, FEATURES, FRAMES] = [16, 6, 4];
const SIZES = { width: WIDTH, heads: 2, ffnWidth: 24, vocabulary: 40, encoderLayers: 2, decoderLayers: 1 };
const OWN_SIZES = { bart: { maxPositions: 32 }, t5: { headWidth: 8 } } as const;
type Family = keyof typeof BACKBONES;

function tiny(name: Family): Model {
  const backbone = v.parse(BackboneConfig, { name, ...SIZES, ...OWN_SIZES[name], featureWidth: FEATURES });
  return model({ backbone, pet: { name: "full" } }, ["tvc"]);
}

/** A clip of so many frames; its name says how many. */
function clip(rows: number): Features {
  const stream = new RandomStream(1, `clip of ${rows}`);
  return {
    rows,
    width: FEATURES,
    values: Float32Array.from({ length: rows * FEATURES }, () => stream.normal()),
  };
}

function readerOf(made: Model, visual: Partial<VisualSettings>): Reader {
  const tokenizer = null as unknown as Reader["tokenizer"]; // what is shown has nothing to do with texts
  return {
    model: made,
    tokenizer,
    visual: { regions: null, frames: FRAMES, padding: "attended", ...visual },
  };
}

function dataOf(form: TaskForm, read: (id: string) => Features): TaskData {
  const features = {
    describe: "made-up clips",
    read: (id: string) => Promise.resolve(read(id)),
    missing: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
  const split = { form } as unknown as TaskData["split"];
  return { split, features };
}

function examples(...ids: readonly string[]): Example[] {
  return ids.map((id) => ({ id, images: [id], prompt: "", references: [] }));
}

const CLIPS = dataOf(TASKS.tvc.form({}), (id) => clip(Number(id)));

const TEXTS = [
  [9, 5, 7, 8, 3],
  [6, 4, 11],
];

/** The encoder's states of the texts' own tokens. */
async function textStates(made: Model, batch: EncoderBatch, visual: VisualLayout): Promise<Float32Array[]> {
  const { backbone } = made;
  const { encoderLayers: encoder, decoderLayers: decoder } = backbone.sizes;
  const scope = Scope.root({
    graph: new Graph(),
    hooks: {},
    initRule: backbone.initRule,
    mode: "evaluate",
    depths: { encoder, decoder },
    task: null,
  });
  const { states } = backbone.encode(scope, visual);
  const values = scope.parameters.map((parameter) => [
    parameter.path,
    // Wider than a start, so that attention is far from uniform.
    float32Tensor(
      initialValues(parameter, 5).map((value) => value * 10),
      parameter.shape,
    ),
  ]);
  await engine.put(Object.fromEntries(values));
  const session = await engine.compile(onnxModel({ rows: states.rows }, new Map()), null);
  const { rows } = await session.run({ feeds: backbone.encoderFeeds(batch, visual), fetch: ["rows"] });
  const data = (rows?.data ?? new Float32Array()) as Float32Array;
  const perExample = data.length / batch.inputIds.length;
  return batch.inputIds.map((ids, b) => data.slice(b * perExample, b * perExample + ids.length * WIDTH));
}

function farthest(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || b === undefined || a.length !== b.length) return Number.NaN;
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
}

describe("visualInputs of clips", () => {
  it("brings every clip to the model's number of frames", async () => {
    const reader = readerOf(tiny("bart"), {});
    const { features, visual, boxes, visualCounts } = await visualInputs(
      reader,
      CLIPS,
      examples("2", "7", "4"),
    );
    expect(visual).toMatchObject({ images: 1, rows: FRAMES, pooledRows: FRAMES });
    expect(features).toHaveLength(3 * FRAMES * FEATURES);
    expect(features.slice(0, 2 * FEATURES)).toEqual(clip(2).values);
    expect(features.slice(2 * FEATURES, 4 * FEATURES)).toEqual(new Float32Array(2 * FEATURES));
    expect(features.slice(-4 * FEATURES)).toEqual(clip(4).values);
    expect(boxes).toBeNull();
    expect(visualCounts).toBeUndefined();
  });

  it("says how many frames a clip really has where the rest is to be masked", async () => {
    const reader = readerOf(tiny("bart"), { padding: "masked" });
    const { visualCounts } = await visualInputs(reader, CLIPS, examples("2", "7", "4"));
    expect(visualCounts).toEqual([2, 4, 4]);
  });

  it("refuses features of another width", async () => {
    const wide = dataOf(TASKS.tvc.form({}), () => ({ ...clip(2), width: 3, rows: 4 }));
    await expect(visualInputs(readerOf(tiny("bart"), {}), wide, examples("x"))).rejects.toMatchObject({
      kind: "data",
      parts: { where: "x (made-up clips)", received: "4 rows of width 3" },
    });
  });
});

describe.each(Object.keys(BACKBONES) as Family[])(
  "frames that fill up a clip, in the encoder of %s",
  (name) => {
    /** Text states of a clip of 2 and one of 4 frames; `junk` stands in place of the zeros that fill up the first. */
    async function states(padding: VisualSettings["padding"], junk: number): Promise<Float32Array[]> {
      const made = tiny(name);
      const inputs = await visualInputs(readerOf(made, { padding }), CLIPS, examples("2", "4"));
      const features = inputs.features.slice();
      features.fill(junk, 2 * FEATURES, FRAMES * FEATURES);
      return textStates(made, { inputIds: TEXTS, ...inputs, features }, inputs.visual);
    }

    it("do not reach the texts when they are masked", async () => {
      const [zeros, junk] = [await states("masked", 0), await states("masked", 3)];
      expect(junk).toEqual(zeros);
      const made = tiny(name);
      const bare = await visualInputs(readerOf(made, { frames: 2 }), CLIPS, examples("2", "2"));
      const [unfilled] = await textStates(made, { inputIds: TEXTS, ...bare }, bare.visual);
      expect(farthest(zeros[0], unfilled)).toBeLessThan(1e-4);
    });

    it("reach them when they are attended, as in the original", async () => {
      const [zeros, junk] = [await states("attended", 0), await states("attended", 3)];
      expect(farthest(zeros[0], junk[0])).toBeGreaterThan(1e-2);
      expect(junk[1]).toEqual(zeros[1]);
      expect(farthest(zeros[0], (await states("masked", 0))[0])).toBeGreaterThan(1e-2);
    });
  },
);
