import { Worker } from "node:worker_threads";
import { VlPetError } from "../error.ts";
import { cachedFeatures } from "./feature-cache.ts";
import {
  failureOf,
  type FeatureAnswer,
  type FeatureAsk,
  type FeatureResults,
  type PrefetchOptions,
} from "./feature-messages.ts";
import type { ListedSource } from "./feature-source.ts";

// Vitest runs the TypeScript sources, but a worker thread needs JavaScript: there the built file is started.
const ENTRY = import.meta.url.endsWith(".ts")
  ? "../../dist/data/feature-worker-entry.js"
  : "./feature-worker-entry.js";

/**
 * As `openFeatures`, in a thread of its own: reading and decoding never block the thread that drives the training,
 * and reads that are asked for ahead of their use are there when they are needed. Features come over without a copy.
 *
 * @param options - `cacheBytes` of features are kept on the caller's side
 * @throws VlPetError as `openFeatures` and the source's own methods, with kind and parts as they were; "session" when
 * the thread has ended.
 * @example
 * const source = await prefetchedFeatures("coco.vlpack", { width: 2048 });
 * const next = source.read(ids[1]); // under way while the first image is worked on
 */
export async function prefetchedFeatures(
  path: string,
  { cacheBytes = 0, ...options }: PrefetchOptions & { readonly cacheBytes?: number } = {},
): Promise<ListedSource> {
  const thread = new FeatureThread();
  const opened = await thread.ask({ kind: "open", path, options }).catch(async (error: unknown) => {
    await thread.end();
    throw error;
  });
  const read = (imageId: string): Promise<FeatureResults["read"]> => thread.ask({ kind: "read", imageId });
  const cache = cacheBytes > 0 ? cachedFeatures(read, cacheBytes) : undefined;
  return {
    describe: opened.describe,
    ids: opened.ids,
    read: (imageId) => (cache === undefined ? read(imageId) : cache.read(imageId)),
    readStored: (imageId) => thread.ask({ kind: "readStored", imageId }),
    missing: (imageIds) => thread.ask({ kind: "missing", imageIds: [...imageIds] }),
    async close() {
      cache?.clear();
      await thread.close();
    },
  };
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** The other thread. Once it has ended, every question is rejected. */
class FeatureThread {
  // The caller's flags are not the worker's: `node --input-type=module --eval …` would refuse to start it.
  readonly #worker = new Worker(new URL(ENTRY, import.meta.url), { execArgv: [] });
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #ended: string | null = null;

  constructor() {
    this.#worker.on("message", (answer: FeatureAnswer) => this.#settle(answer));
    this.#worker.on("error", (error) =>
      this.#fail(`the thread that reads features failed: ${error.message}`),
    );
    this.#worker.on("exit", (code) => this.#fail(`the thread that reads features ended with code ${code}`));
    this.#worker.unref();
  }

  ask<K extends FeatureAsk["kind"]>(
    ask: Extract<FeatureAsk, { readonly kind: K }>,
  ): Promise<FeatureResults[K]> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== null) throw new VlPetError("session", this.#ended);
      const id = this.#asked++;
      this.#worker.postMessage({ id, ask }, []);
      this.#worker.ref(); // an idle thread must not keep the process alive, a busy one must
      this.#waiting.set(id, { resolve, reject });
    });
  }

  /** Closing twice is allowed. */
  async close(): Promise<void> {
    if (this.#ended !== null) return;
    await this.ask({ kind: "close" });
    await this.end();
  }

  async end(): Promise<void> {
    this.#fail("the source of features was closed");
    await this.#worker.terminate();
  }

  #settle(answer: FeatureAnswer): void {
    const entry = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ("result" in answer) entry?.resolve(answer.result as never);
    else entry?.reject(failureOf(answer.failure));
  }

  #fail(words: string): void {
    this.#ended ??= words;
    for (const { reject } of this.#waiting.values()) reject(new VlPetError("session", this.#ended));
    this.#waiting.clear();
  }
}
