import * as v from "valibot";
import { afterAll, describe, expect, it } from "vitest";
import { float32Tensor, Graph, symbol, times, type HostTensor, type Tensor } from "../graph/index.ts";
import { initialValues, Scope, WITHOUT_PROMPTS, type KeyValue, type PromptLengths } from "../nn/index.ts";
import { onnxModel } from "../onnx/index.ts";
import { RandomStream } from "../random.ts";
import { nodeEngine } from "../runtime/index.ts";
import { backbone, BackboneConfig, BACKBONES, visualLayout, type Backbone } from "./index.ts";

const engine = nodeEngine({ threads: 1 });
afterAll(() => engine.close());

const SIZES = { width: 16, heads: 2, ffnWidth: 24, vocabulary: 40, encoderLayers: 1, decoderLayers: 2 };
/** Few buckets and a near horizon, so that a text of `LENGTH` tokens meets all of them. */
const OWN_SIZES = {
  bart: { maxPositions: 32 },
  t5: { headWidth: 8, relativeBuckets: 8, relativeDistance: 12 },
} as const;
const VISUAL = visualLayout(1, 4, null);
const [EXAMPLES, LENGTH, FEATURE_WIDTH] = [2, 18, 5];

type Family = keyof typeof BACKBONES;

function small(name: Family, prompts: PromptLengths): Backbone {
  const config = { name, ...SIZES, ...OWN_SIZES[name], featureWidth: FEATURE_WIDTH };
  return backbone(v.parse(BackboneConfig, config), prompts);
}

function scopeOf({ initRule, sizes }: Backbone): Scope {
  const depths = { encoder: sizes.encoderLayers, decoder: sizes.decoderLayers };
  return Scope.root({ graph: new Graph(), hooks: {}, initRule, mode: "evaluate", depths, task: null });
}

function numbers(name: string, length: number, limit: number): number[] {
  const stream = new RandomStream(1, name);
  return Array.from({ length }, () => Math.floor(stream.uniform() * limit));
}

const ENCODER_BATCH = {
  inputIds: [
    [9, 5, 7, 8, 3],
    [6, 4],
  ],
  features: Float32Array.from(numbers("features", EXAMPLES * 4 * FEATURE_WIDTH, 100), (n) => n / 50 - 1),
  boxes: null,
};
const DECODER_IDS = [0, 1].map((example) => numbers(`text ${example}`, LENGTH, 38).map((id) => id + 2));

/** Decoder states of the whole texts at once, by example and position; puts the weights on the engine. */
async function wholeStates(made: Backbone): Promise<readonly Float32Array[]> {
  const scope = scopeOf(made);
  const { rows } = made.decode(scope, made.encode(scope, VISUAL));
  await engine.put(
    Object.fromEntries(
      scope.parameters.map((parameter) => [
        parameter.path,
        float32Tensor(initialValues(parameter, 5), parameter.shape),
      ]),
    ),
  );
  const session = await engine.compile(onnxModel({ rows }, new Map()), null);
  const feeds = {
    ...made.encoderFeeds(ENCODER_BATCH, VISUAL),
    ...made.decoderFeeds({ decoderIds: DECODER_IDS }),
  };
  return stateRows(await session.run({ feeds, fetch: ["rows"] }), made);
}

function stateRows(out: Readonly<Record<string, HostTensor>>, { sizes }: Backbone): Float32Array[] {
  const data = (out["rows"]?.data ?? new Float32Array()) as Float32Array;
  return Array.from({ length: data.length / sizes.width }, (_, row) =>
    data.slice(row * sizes.width, (row + 1) * sizes.width),
  );
}

function named(kind: string, layers: readonly KeyValue[]): Record<string, Tensor> {
  return Object.fromEntries(
    layers.flatMap(({ key, value }, layer) => [
      [`${kind}.key.${layer}`, key],
      [`${kind}.value.${layer}`, value],
    ]),
  );
}

/** What each layer remembers, as inputs of a graph. */
function remembered(
  scope: Scope,
  { sizes }: Backbone,
  kind: string,
  rows: number,
  length: string,
): KeyValue[] {
  const shape = [times(symbol("B"), rows), sizes.heads, symbol(length), sizes.headWidth];
  return Array.from({ length: sizes.decoderLayers }, (_, layer) => ({
    key: scope.graph.input(`${kind}.key.${layer}`, "float32", shape),
    value: scope.graph.input(`${kind}.value.${layer}`, "float32", shape),
  }));
}

/** Puts what the steps start from on the engine: the encoder's keys and values, and a first past. */
async function begin(made: Backbone, beams: number): Promise<void> {
  const scope = scopeOf(made);
  const memory = made.memory(scope, made.encode(scope, VISUAL));
  const outputs = {
    ...named("memory", memory),
    ...named("past", made.firstPast(scope, times(symbol("B"), beams))),
  };
  const { heads, headWidth, decoderLayers } = made.sizes;
  const empty = float32Tensor([], [EXAMPLES * beams, heads, 0, headWidth]);
  for (let layer = 0; layer < decoderLayers; layer++)
    await engine.put({ [`past.key.${layer}`]: empty, [`past.value.${layer}`]: empty });
  const session = await engine.compile(onnxModel(outputs, new Map()), null);
  await session.run({
    feeds: made.encoderFeeds(ENCODER_BATCH, VISUAL),
    keep: Object.fromEntries(Object.keys(outputs).map((name) => [name, name])),
    fetch: [],
  });
}

/** The same states from one token at a time, `beams` equal rows an example: by position, then row. */
async function cachedStates(made: Backbone, beams: number): Promise<readonly (readonly Float32Array[])[]> {
  await begin(made, beams);
  const scope = scopeOf(made);
  const step = made.decodeStep(scope, {
    beams,
    past: remembered(scope, made, "past", beams, "P"),
    memory: remembered(scope, made, "memory", 1, "N"),
    mask: scope.graph.input("encoder_mask", "float32", [symbol("B"), 1, 1, symbol("N")]),
  });
  const grown = named("new/past", step.present);
  const keep = Object.fromEntries(Object.keys(grown).map((name) => [name, name.slice("new/".length)]));
  const session = await engine.compile(onnxModel({ rows: step.rows, ...grown }, new Map()), null);
  const encoderFeeds = made.encoderFeeds(ENCODER_BATCH, VISUAL);
  const states: Float32Array[][] = [];
  for (let position = 0; position < LENGTH; position++) {
    const tokens = DECODER_IDS.flatMap((ids) => Array.from({ length: beams }, () => ids[position] ?? 0));
    const feeds = { ...encoderFeeds, ...made.stepFeeds(tokens, position) };
    states.push(stateRows(await session.run({ feeds, keep, fetch: ["rows"] }), made));
  }
  return states;
}

function farthest(a: Float32Array, b: Float32Array): number {
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
}

describe.each(Object.keys(BACKBONES) as Family[])("the cached decoder of %s", (name) => {
  it.each([
    ["", WITHOUT_PROMPTS],
    [" behind prompts", { encoder: 2, decoder: 3 }],
  ])("gives the states of whole texts, token by token%s", async (_, prompts) => {
    const made = small(name, prompts);
    const whole = await wholeStates(made);
    const beams = 2;
    const cached = await cachedStates(made, beams);
    expect(whole).toHaveLength(EXAMPLES * LENGTH);
    cached.forEach((rows, position) => {
      rows.forEach((row, i) => {
        const wanted = whole[Math.floor(i / beams) * LENGTH + position] ?? new Float32Array();
        expect(farthest(row, wanted), `position ${position}, row ${i}`).toBeLessThan(1e-5);
      });
    });
    // States that did not differ from position to position would prove nothing.
    const [first, second] = whole;
    expect(farthest(first ?? new Float32Array(), second ?? new Float32Array())).toBeGreaterThan(0.1);
  });
});
