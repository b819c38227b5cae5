import type { Feeds } from "../backbones/index.ts";
import { float32Tensor, type HostTensor } from "../graph/index.ts";
import type { Parameter } from "../nn/index.ts";
import { onnxModel } from "../onnx/index.ts";
import { correctedRate, type AdamwSettings } from "../optim/index.ts";
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

function hostTensor(values: Float32Array | undefined, shape: readonly number[]): HostTensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return float32Tensor(values ?? new Float32Array(size), shape);
}

/** The programs of a run, compiled when they are first needed. */
interface RunGraphs {
  /** A whole update from one batch. */
  step(variant: Variant): Promise<Compiled>;
  /** Gradients of one micro-batch, added to the held sums. */
  sums(variant: Variant): Promise<Compiled>;
  /** The update of the parameters at these paths from their held sums. */
  fromSums(paths: ReadonlySet<string>): Promise<Compiled>;
}

function runGraphs({ engine, model, weights, trained, options }: UpdatesRequest): RunGraphs {
  const graphs = new Map<string, Promise<Compiled>>();
  const compiled = (key: string, build: () => StepGraph): Promise<Compiled> => {
    const known = graphs.get(key) ?? compile(build());
    graphs.set(key, known);
    return known;
  };
  const compile = async (graph: StepGraph): Promise<Compiled> => ({
    graph,
    session: await engine.compile(onnxModel(graph.outputs, weights.frozen), weights.folder),
  });
  return {
    step: (variant) => compiled(`step ${JSON.stringify(variant)}`, () => stepGraph(model, variant, options)),
    sums: (variant) => compiled(`sums ${JSON.stringify(variant)}`, () => accumulateGraph(model, variant)),
    fromSums(paths) {
      const updated = trained.filter(({ path }) => paths.has(path));
      return compiled(`from sums ${updated.map(({ path }) => path).join()}`, () =>
        applyGraph(updated, options),
      );
    },
  };
}

/** Counts the updates of each parameter, and gives what the optimiser's graph is fed for the next one. */
function nextRates(
  counts: Map<string, number>,
  updated: readonly Parameter[],
  rate: number,
  adamw: AdamwSettings,
): Feeds {
  const sizes = updated.map(({ path }) => {
    const count = (counts.get(path) ?? 0) + 1;
    counts.set(path, count);
    return correctedRate(rate, count, adamw);
  });
  return {
    step_sizes: float32Tensor(sizes, [sizes.length]),
    decay: float32Tensor([rate * adamw.weightDecay], []),
  };
}

async function putState(
  { engine, weights, trained }: UpdatesRequest,
  resume: OptimizerState | null,
): Promise<void> {
  const held: Record<string, HostTensor> = {};
  for (const { path, shape } of trained) {
    held[path] = hostTensor(weights.trained.get(path), shape);
    held[heldName.first(path)] = hostTensor(resume?.first.get(path), shape);
    held[heldName.second(path)] = hostTensor(resume?.second.get(path), shape);
  }
  await engine.put(held);
}

/** Puts weights and optimiser state on the device; compiles step graphs when a layout is first met. */
export async function updates(request: UpdatesRequest): Promise<Updates> {
  const { engine, trained, options, resume } = request;
  const counts = new Map(trained.map(({ path }) => [path, resume?.updates.get(path) ?? 0]));
  const graphs = runGraphs(request);
  await putState(request, resume);
  let hasSums = false;

  const accumulated: Updates["update"] = async (batches, rate, key) => {
    // Every update sets the sums that it used back to zero, so this is needed once.
    if (!hasSums) await zeroGradients(engine, trained);
    hasSums = true;
    let loss = 0;
    // Tasks with weights of their own reach different parameters.
    const reached = new Set<string>();
    for (const [i, batch] of batches.entries()) {
      const { graph, session } = await graphs.sums(batch.variant);
      const random = { seed: key.seed, step: key.step + i * MICRO_BATCH_STRIDE };
      const out = await session.run({ feeds: batch.feeds, keep: graph.keep, fetch: ["loss"], random });
      loss += scalar(out["loss"]);
      for (const { path } of graph.trained) reached.add(path);
    }
    const { graph, session } = await graphs.fromSums(reached);
    const feeds = nextRates(counts, graph.trained, rate, options.adamw);
    const out = await session.run({ feeds, keep: graph.keep, fetch: ["gradient_norm"] });
    return { loss, gradientNorm: scalar(out["gradient_norm"]) };
  };
  return {
    async update(batches, rate, key) {
      const [only] = batches;
      if (only === undefined) throw new RangeError("internal: an update needs a batch");
      if (batches.length > 1) return accumulated(batches, rate, key);
      const { graph, session } = await graphs.step(only.variant);
      const feeds = { ...only.feeds, ...nextRates(counts, graph.trained, rate, options.adamw) };
      const fetch = ["loss", "gradient_norm"];
      const out = await session.run({ feeds, keep: graph.keep, fetch, random: key });
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

/** Sets the random masks of an update's micro-batches apart: more than any run's updates. */
const MICRO_BATCH_STRIDE = 2 ** 32;

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
