import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { VlPetError } from "../error.ts";
import type { OnnxModel } from "../onnx/index.ts";
import type { Fetched, InputSpec, RunRequest } from "./device.ts";
import type { Answer, Ask } from "./messages.ts";

export interface EngineOptions {
  /** Threads of one operator; default: all cores. */
  readonly threads?: number;
}

/** A compiled model. */
export interface Session {
  run(request: RunRequest): Promise<Fetched>;
  release(): Promise<void>;
}

/**
 * Compiles and runs models, and holds values (weights, optimiser moments, key-value caches) between runs. Everything
 * is asynchronous; the event loop never waits for arithmetic.
 */
export interface Engine {
  /** `weightsFolder`: where the model's external weights lie. */
  compile(model: OnnxModel, weightsFolder: string | null): Promise<Session>;
  /** Puts values on the device under these names. */
  put(values: Fetched): Promise<void>;
  /** Copies held values back. */
  get(names: readonly string[]): Promise<Fetched>;
  /** Forgets all held values whose name begins so. */
  drop(prefix: string): Promise<void>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (values: Fetched) => void;
  readonly reject: (error: Error) => void;
}

// Vitest runs the TypeScript sources, but a worker thread needs JavaScript: there the built file is started.
const ENTRY = import.meta.url.endsWith(".ts") ? "../../dist/runtime/worker.js" : "./worker.js";

/** onnxruntime-node in a worker thread. Failures carry kind "session" and onnxruntime's own words. */
export function nodeEngine(options: EngineOptions = {}): Engine {
  const threads = options.threads ?? availableParallelism();
  const worker = new Worker(new URL(ENTRY, import.meta.url));
  const waiting = new Map<number, Waiting>();
  let count = 0;
  const fail = (text: string): void => {
    for (const { reject } of waiting.values()) reject(new VlPetError("session", text));
    waiting.clear();
    worker.unref();
  };
  worker.on("message", (answer: Answer) => {
    const entry = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
    if ("values" in answer) entry?.resolve(answer.values);
    else entry?.reject(new VlPetError("session", answer.failure));
  });
  worker.on("error", (error) => fail(`the engine's thread failed: ${error.message}`));
  worker.on("exit", (code) => fail(`the engine's thread ended with code ${code}`));
  const ask = (message: Ask): Promise<Fetched> => {
    const id = count++;
    worker.ref(); // an idle engine must not keep the process alive, a busy one must
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, ask: message });
    });
  };
  worker.unref();
  return {
    compile: (model, weightsFolder) => compile(ask, count++, model, weightsFolder, threads),
    async put(values) {
      await ask({ kind: "put", values });
    },
    get: (names) => ask({ kind: "get", names }),
    async drop(prefix) {
      await ask({ kind: "drop", prefix });
    },
    async close() {
      await worker.terminate();
    },
  };
}

async function compile(
  ask: (message: Ask) => Promise<Fetched>,
  id: number,
  model: OnnxModel,
  weightsFolder: string | null,
  threads: number,
): Promise<Session> {
  const inputs = model.inputs.map(({ name, dtype, shape, source }): InputSpec => ({
    name,
    dtype,
    shape,
    fill: source.kind === "input" ? source.fill : null,
  }));
  await ask({ kind: "compile", model: id, bytes: model.bytes, inputs, weightsFolder, threads });
  return {
    run: (request) => ask({ kind: "run", model: id, request }),
    async release() {
      await ask({ kind: "release", model: id });
    },
  };
}
