import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Tensor } from "../../src/graph/index.ts";
import { onnxModel } from "../../src/onnx/index.ts";
import { ADAMW } from "../../src/optim/index.ts";
import type { Engine } from "../../src/runtime/index.ts";
import type { AdapterConfig } from "../../src/train/adapter-folder.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/train/checkpoint.ts";
import { gradientsOf, lossGraph } from "../../src/train/step-graph.ts";
import { updates, type OptimizerState, type UpdateResult, type Updates } from "../../src/train/updates.ts";
import { TASKS, tinyBatch, type TinyModel } from "./tiny-model.ts";

/** What is seen of a batch without dropout: its loss, the decoder's states, gradients by parameter. */
interface Sight {
  readonly loss: number;
  readonly states: Float32Array;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** A moment of a training run, and the step after it. */
interface Moment {
  readonly sight: Sight;
  readonly next: UpdateResult;
  readonly values: ReadonlyMap<string, Float32Array>;
}

/** A tiny model's life: looked at, trained for 20 steps, saved, stepped on, loaded, stepped on again. */
export interface MethodStory {
  /** Largest gradient of each trained parameter at the start, over all tasks. */
  readonly gradients: ReadonlyMap<string, number>;
  readonly startLoss: number;
  readonly endLoss: number;
  /** Whether the files of the frozen weights are what they were. */
  readonly frozenIsUntouched: boolean;
  /** What differs between the saved model and the loaded one: their outputs, their next step, their values after it. */
  readonly changedByLoading: readonly string[];
}

export interface StoryRequest {
  readonly engine: Engine;
  readonly tiny: TinyModel;
  readonly rate: number;
  readonly folder: string;
}

function largest(values: Float32Array): number {
  return values.reduce((worst, value) => Math.max(worst, Math.abs(value)), 0);
}

/** Looks at a task's batch with the weights that the engine holds. */
async function look({ engine, tiny: { model, weights } }: StoryRequest, task: string): Promise<Sight> {
  const batch = tinyBatch(model, task);
  const written = lossGraph(model, batch.variant, "evaluate");
  const outputs: Record<string, Tensor> = { loss: written.loss, states: written.states.rows };
  const pairs = gradientsOf(model, written);
  for (const [{ path }, gradient] of pairs) outputs[`gradient/${path}`] = gradient;
  const session = await engine.compile(onnxModel(outputs, weights.frozen), weights.folder);
  const out = await session.run({ feeds: batch.feeds, fetch: Object.keys(outputs) });
  await session.release();
  const numbers = (name: string): Float32Array => out[name]?.data as Float32Array;
  return {
    loss: numbers("loss")[0] ?? Number.NaN,
    states: numbers("states"),
    gradients: new Map(pairs.map(([{ path }]) => [path, numbers(`gradient/${path}`)])),
  };
}

async function startGradients(request: StoryRequest): Promise<ReadonlyMap<string, number>> {
  const found = new Map(request.tiny.trained.map(({ path }) => [path, 0]));
  for (const task of request.tiny.model.plan.perTask === true ? TASKS : TASKS.slice(0, 1)) {
    const { gradients } = await look(request, task);
    for (const [path, values] of gradients) found.set(path, Math.max(found.get(path) ?? 0, largest(values)));
  }
  return found;
}

async function startedRun(
  { engine, tiny }: StoryRequest,
  values: ReadonlyMap<string, Float32Array>,
  resume: OptimizerState | null,
): Promise<Updates> {
  const { model, trained } = tiny;
  const weights = { ...tiny.weights, trained: values };
  return updates({ engine, model, trained, weights, options: { adamw: ADAMW, clip: 5 }, resume });
}

async function stepped({ tiny, rate }: StoryRequest, run: Updates, step: number): Promise<UpdateResult> {
  return run.update([tinyBatch(tiny.model, TASKS[0])], rate, { seed: 5, step });
}

async function moment(request: StoryRequest, run: Updates, step: number): Promise<Moment> {
  const sight = await look(request, TASKS[0]);
  return { sight, next: await stepped(request, run, step), values: await run.values() };
}

async function frozenFiles({ tiny: { weights } }: StoryRequest): Promise<readonly Buffer[]> {
  const files = new Set([...weights.frozen.values()].map(({ location }) => location));
  return Promise.all([...files].map(async (file) => readFile(join(weights.folder, file))));
}

const STEPS = 20;

function bytesOf(values: Float32Array | undefined): Buffer {
  return values === undefined
    ? Buffer.alloc(0)
    : Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

/** Compares to the last bit. */
function differences(saved: Moment, loaded: Moment): readonly string[] {
  const named = ({ sight, next, values }: Moment) =>
    new Map([
      ["states", sight.states],
      ["loss", Float32Array.of(sight.loss)],
      ["next step", Float32Array.of(next.loss, next.gradientNorm)],
      ...values,
    ]);
  const [before, after] = [named(saved), named(loaded)];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => !bytesOf(before.get(name)).equals(bytesOf(after.get(name))));
}

/** Lives a tiny model's life on an engine that holds nothing else. */
export async function methodStory(request: StoryRequest): Promise<MethodStory> {
  const { engine, tiny, folder } = request;
  const before = await frozenFiles(request);
  const run = await startedRun(request, tiny.weights.trained, null);
  const gradients = await startGradients(request);
  const start = await look(request, TASKS[0]);
  for (let step = 0; step < STEPS; step++) await stepped(request, run, step);

  const config: AdapterConfig = {
    format: "vl-pet-adapter/1",
    model: tiny.model.config,
    regions: null,
    seed: 0,
    backboneFingerprint: null,
    prompts: {},
  };
  const place = { folder: join(folder, "checkpoints"), config, parameters: tiny.trained, course: "" };
  const checkpoint = { update: STEPS, values: await run.values(), optimizer: await run.state() };
  const file = await writeCheckpoint({ ...place, keep: 1 }, checkpoint);
  const saved = await moment(request, run, STEPS);

  await engine.drop("");
  const read = await readCheckpoint(file, place);
  const loaded = await moment(request, await startedRun(request, read.values, read.optimizer), STEPS);
  await rm(file, { recursive: true });
  await engine.drop("");
  const after = await frozenFiles(request);
  return {
    gradients,
    startLoss: start.loss,
    endLoss: saved.sight.loss,
    frozenIsUntouched: before.every((bytes, i) => bytes.equals(after[i] ?? Buffer.alloc(0))),
    changedByLoading: differences(saved, loaded),
  };
}
