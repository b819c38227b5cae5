import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { VlPetError } from "../error.ts";
import type { OnnxModel } from "../onnx/index.ts";
import type { CompiledModel, Fetched, RunRequest } from "./device.ts";
import type { Answer, Ask } from "./messages.ts";
import { ownBuffers } from "./own-buffers.ts";

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
  // The caller's flags are not the worker's: `node --input-type=module --eval …` would refuse to start it.
  const post = mailbox(new Worker(new URL(ENTRY, import.meta.url), { execArgv: [] }));
  let models = 0;
  return {
    compile: (model, weightsFolder) => compile(post.ask, { model: models++, weightsFolder, threads }, model),
    async put(values) {
      const own = ownBuffers(values);
      await post.ask({ kind: "put", values: own.values }, own.moved);
    },
    get: (names) => post.ask({ kind: "get", names }),
    async drop(prefix) {
      await post.ask({ kind: "drop", prefix });
    },
    close: () => post.close(),
  };
}

type AskWorker = (message: Ask, moved?: readonly ArrayBuffer[]) => Promise<Fetched>;

/** Questions to a worker thread and their answers. Once the thread has ended, every question is rejected. */
function mailbox(worker: Worker): { readonly ask: AskWorker; close(): Promise<void> } {
  const waiting = new Map<number, Waiting>();
  let count = 0;
  let ended: string | null = null;
  const end = (text: string): void => {
    ended ??= text;
    for (const { reject } of waiting.values()) reject(new VlPetError("session", ended));
    waiting.clear();
  };
  const settled = (id: number): Waiting | undefined => {
    const entry = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) worker.unref(); // an idle engine must not keep the process alive, a busy one must
    return entry;
  };
  worker.on("message", (answer: Answer) => {
    const entry = settled(answer.id);
    if ("values" in answer) entry?.resolve(answer.values);
    else entry?.reject(new VlPetError("session", answer.failure));
  });
  worker.on("error", (error) => end(`the engine's thread failed: ${error.message}`));
  worker.on("exit", (code) => end(`the engine's thread ended with code ${code}`));
  worker.unref();
  return {
    ask: (message, moved = []) =>
      new Promise((resolve, reject) => {
        if (ended !== null) throw new VlPetError("session", ended);
        const id = count++;
        try {
          worker.postMessage({ id, ask: message }, moved);
        } catch (cause) {
          const words = cause instanceof Error ? cause.message : String(cause);
          throw new VlPetError("session", `a value cannot be sent to the engine's thread: ${words}`, {
            cause,
          });
        }
        worker.ref();
        waiting.set(id, { resolve, reject });
      }),
    async close() {
      end("the engine was closed");
      await worker.terminate();
    },
  };
}

async function compile(
  ask: AskWorker,
  options: { readonly model: number; readonly weightsFolder: string | null; readonly threads: number },
  { bytes, inputs, outputs }: OnnxModel,
): Promise<Session> {
  const { model } = options;
  const compiled: CompiledModel = {
    bytes,
    inputs: inputs.map(({ name, dtype, shape, source }) => ({
      name,
      dtype,
      shape,
      fill: source.kind === "input" ? source.fill : null,
    })),
    outputs: Object.entries(outputs).map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
  };
  await ask({ kind: "compile", ...options, compiled });
  return {
    run(request) {
      const own = ownBuffers(request.feeds);
      return ask({ kind: "run", model, request: { ...request, feeds: own.values } }, own.moved);
    },
    async release() {
      await ask({ kind: "release", model });
    },
  };
}
