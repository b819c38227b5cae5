import { visualLayout, type EncoderBatch, type Feeds } from "../backbones/index.ts";
import { float32Tensor } from "../graph/index.ts";
import type { Parameter } from "../nn/index.ts";
import { onnxModel } from "../onnx/index.ts";
import { linearMap, mul } from "../ops/index.ts";
import { RandomStream } from "../random.ts";
import type { Engine } from "../runtime/index.ts";
import { shiftedRight } from "./batch.ts";
import { variantOf, writtenModel, type Model, type Variant } from "./model.ts";
import { modelWeights } from "./weights.ts";
import type { WeightSource } from "./weight-source.ts";

/** How far apart two models are on the same random inputs. */
export interface Drift {
  /** Logits compared. */
  readonly logits: number;
  /** Largest absolute difference, and the largest absolute logit. */
  readonly largest: number;
  readonly scale: number;
  /** Positions at which both find the same token most likely, in percent. */
  readonly agreement: number;
}

/** A model whose numbers lie in files, with those that were trained. */
export interface CompleteModel {
  readonly model: Model;
  readonly parameters: readonly Parameter[];
  readonly sources: readonly WeightSource[];
  readonly adapter: ReadonlyMap<string, Float32Array>;
  readonly seed: number;
}

const [EXAMPLES, TEXT, TARGET, ROWS] = [4, 12, 6, 9];

/** Texts of random tokens and random features. */
function randomFeeds(made: Model, { visual }: Variant, seed: number): Feeds {
  const stream = new RandomStream(seed, "drift");
  const { sizes, tokens } = made.backbone;
  const text = (length: number): number[] => Array.from({ length }, () => stream.integer(sizes.vocabulary));
  const isWord = (id: number): boolean => id !== tokens.pad;
  const texts = (length: number) => Array.from({ length: EXAMPLES }, () => text(length).filter(isWord));
  const features = new Float32Array(EXAMPLES * visual.images * visual.rows * sizes.featureWidth);
  const batch: EncoderBatch = {
    inputIds: texts(TEXT),
    features: features.map(() => stream.normal()),
    boxes: null,
  };
  const decoderIds = shiftedRight(texts(TARGET), tokens);
  return { ...made.backbone.encoderFeeds(batch, visual), ...made.backbone.decoderFeeds({ decoderIds }) };
}

async function logitsOf(
  engine: Engine,
  { model: made, parameters, sources, adapter, seed }: CompleteModel,
  { task, scratch }: { readonly task: string; readonly scratch: string },
): Promise<Float32Array> {
  const images = made.backbone.sizes.imageSlots === 0 ? 0 : 1;
  const variant = variantOf(made, visualLayout(images, images === 0 ? 1 : ROWS, null), task);
  const isTrained = ({ path }: Parameter): boolean => adapter.has(path);
  const weights = await modelWeights({ parameters, isTrained, sources, seed, scratch });
  const { states, head } = writtenModel(made, variant, "evaluate");
  const rows = head.scale === 1 ? states.rows : mul(states.rows, head.scale);
  const logits = linearMap(rows, head.table, head.bias);
  const session = await engine.compile(onnxModel({ logits }, weights.frozen), weights.folder);
  const held = parameters.flatMap(({ path, shape }) => {
    const values = adapter.get(path);
    return values === undefined ? [] : [[path, float32Tensor(values, shape)] as const];
  });
  await engine.put(Object.fromEntries(held));
  try {
    const out = await session.run({ feeds: randomFeeds(made, variant, seed), fetch: ["logits"] });
    return (out["logits"]?.data ?? new Float32Array()) as Float32Array;
  } finally {
    await session.release();
    await engine.drop("");
  }
}

function bestOf(row: Float32Array): number {
  return row.reduce((best, value, i) => (value > (row[best] ?? -Infinity) ? i : best), 0);
}

/** Compares the logits of two models with one vocabulary. `task`: for models whose tasks have weights of their own. */
export async function measuredDrift(
  engine: Engine,
  [first, second]: readonly [CompleteModel, CompleteModel],
  { task, scratch }: { readonly task: string; readonly scratch: readonly [string, string] },
): Promise<Drift> {
  const a = await logitsOf(engine, first, { task, scratch: scratch[0] });
  const b = await logitsOf(engine, second, { task, scratch: scratch[1] });
  const { vocabulary } = first.model.backbone.sizes;
  let [largest, scale, same] = [0, 0, 0];
  a.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value - (b[i] ?? Number.NaN)));
    scale = Math.max(scale, Math.abs(value));
  });
  const rows = a.length / vocabulary;
  for (let row = 0; row < rows; row++) {
    const at = [row * vocabulary, (row + 1) * vocabulary] as const;
    if (bestOf(a.subarray(...at)) === bestOf(b.subarray(...at))) same++;
  }
  return { logits: a.length, largest, scale, agreement: (100 * same) / rows };
}
