import type { Feeds } from "../backbones/index.ts";
import { float32Tensor, type HostTensor } from "../graph/index.ts";
import type { Parameter } from "../nn/index.ts";
import { onnxModel } from "../onnx/index.ts";
import { correctedRate } from "../optim/index.ts";
import type { Engine, Session } from "../runtime/index.ts";
import type { Model, Variant } from "./model.ts";
import {
  accumulateGraph,
  applyGraph,
  heldName,
  stepGraph,
  type StepGraph,
  type StepOptions,
} from "./step-graph.ts";
import type { ModelWeights } from "./weights.ts";

/** Optimiser state of a run, on the host: what a checkpoint holds beside the weights. */
export interface OptimizerState {
  /** Updates that each parameter has had. */
  readonly updates: ReadonlyMap<string, number>;
  readonly first: ReadonlyMap<string, Float32Array>;
  readonly second: ReadonlyMap<string, Float32Array>;
}

/** One batch, ready to be fed. */
export interface MicroBatch {
  readonly variant: Variant;
  readonly feeds: Feeds;
}

export interface UpdateResult {
  readonly loss: number;
  /** Joint norm before clipping. */
  readonly gradientNorm: number;
}

/** Performs optimiser updates on a device. */
export interface Updates {
  /**
   * One update from one or more micro-batches. Their losses are summed, so weigh the tokens of k micro-batches with
   * 1/k to get a mean. `key` draws the dropout masks.
   */
  update(
    batches: readonly MicroBatch[],
    rate: number,
    key: { readonly seed: number; readonly step: number },
  ): Promise<UpdateResult>;
  /** Current values of the trained parameters. */
  values(): Promise<ReadonlyMap<string, Float32Array>>;
  state(): Promise<OptimizerState>;
}

export interface UpdatesRequest {
  readonly engine: Engine;
  readonly model: Model;
  readonly weights: ModelWeights;
  readonly trained: readonly Parameter[];
  readonly options: StepOptions;
  readonly resume: OptimizerState | null;
}

interface Compiled {
  readonly graph: StepGraph;
  readonly session: Session;
}

type GraphKind = "step" | "accumulate" | "apply";

function hostTensor(values: Float32Array | undefined, shape: readonly number[]): HostTensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return float32Tensor(values ?? new Float32Array(size), shape);
}

/** Puts weights and optimiser state on the device; compiles step graphs when a layout is first met. */
export async function updates(request: UpdatesRequest): Promise<Updates> {
  const { engine, weights, trained, options, resume } = request;
  const counts = new Map(trained.map(({ path }) => [path, resume?.updates.get(path) ?? 0]));
  const held: Record<string, HostTensor> = {};
  for (const { path, shape } of trained) {
    held[path] = hostTensor(weights.trained.get(path), shape);
    held[heldName.first(path)] = hostTensor(resume?.first.get(path), shape);
    held[heldName.second(path)] = hostTensor(resume?.second.get(path), shape);
  }
  await engine.put(held);

  const graphs = new Map<string, Promise<Compiled>>();
  const compiled = (kind: GraphKind, variant: Variant): Promise<Compiled> => {
    const key = `${kind} ${JSON.stringify(variant)}`;
    const known = graphs.get(key) ?? compile(request, kind, variant);
    graphs.set(key, known);
    return known;
  };
  const optimizerFeeds = ({ trained: updated }: StepGraph, rate: number): Feeds => {
    for (const { path } of updated) counts.set(path, (counts.get(path) ?? 0) + 1);
    const sizes = updated.map(({ path }) => correctedRate(rate, counts.get(path) ?? 1, options.adamw));
    return {
      step_sizes: float32Tensor(sizes, [sizes.length]),
      decay: float32Tensor([rate * options.adamw.weightDecay], []),
    };
  };
  const accumulated = async (
    batches: readonly MicroBatch[],
    rate: number,
    key: { seed: number; step: number },
  ) => {
    let loss = 0;
    let last: MicroBatch | undefined;
    for (const [i, batch] of batches.entries()) {
      const { graph, session } = await compiled("accumulate", batch.variant);
      if (i === 0) await zeroGradients(engine, trained);
      const random = { seed: key.seed, step: key.step * batches.length + i };
      const out = await session.run({ feeds: batch.feeds, keep: graph.keep, fetch: ["loss"], random });
      loss += scalar(out["loss"]);
      last = batch;
    }
    if (last === undefined) throw new RangeError("internal: an update needs a batch");
    const { graph, session } = await compiled("apply", last.variant);
    const feeds = optimizerFeeds(graph, rate);
    const out = await session.run({ feeds, keep: graph.keep, fetch: ["gradient_norm"] });
    return { loss, gradientNorm: scalar(out["gradient_norm"]) };
  };
  return {
    async update(batches, rate, key) {
      const [only] = batches;
      if (batches.length !== 1 || only === undefined) return accumulated(batches, rate, key);
      const { graph, session } = await compiled("step", only.variant);
      const feeds = { ...only.feeds, ...optimizerFeeds(graph, rate) };
      const out = await session.run({
        feeds,
        keep: graph.keep,
        fetch: ["loss", "gradient_norm"],
        random: key,
      });
      return { loss: scalar(out["loss"]), gradientNorm: scalar(out["gradient_norm"]) };
    },
    values: () => heldValues(engine, trained, (path) => path),
    async state() {
      return {
        updates: new Map(counts),
        first: await heldValues(engine, trained, heldName.first),
        second: await heldValues(engine, trained, heldName.second),
      };
    },
  };
}

async function compile(
  { engine, model, weights, options }: UpdatesRequest,
  kind: GraphKind,
  variant: Variant,
): Promise<Compiled> {
  const build = { step: stepGraph, accumulate: accumulateGraph, apply: applyGraph }[kind];
  const graph = build(model, variant, options);
  const session = await engine.compile(onnxModel(graph.outputs, weights.frozen), weights.folder);
  return { graph, session };
}

async function zeroGradients(engine: Engine, trained: readonly Parameter[]): Promise<void> {
  await engine.put(
    Object.fromEntries(
      trained.map(({ path, shape }) => [heldName.gradient(path), hostTensor(undefined, shape)]),
    ),
  );
}

async function heldValues(
  engine: Engine,
  trained: readonly Parameter[],
  nameOf: (path: string) => string,
): Promise<ReadonlyMap<string, Float32Array>> {
  const values = await engine.get(trained.map(({ path }) => nameOf(path)));
  return new Map(trained.map(({ path }) => [path, values[nameOf(path)]?.data as Float32Array]));
}

function scalar(tensor: HostTensor | undefined): number {
  return Number(tensor?.data[0]);
}
