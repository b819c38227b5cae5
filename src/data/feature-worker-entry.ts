import { parentPort } from "node:worker_threads";
import {
  failureMessage,
  type FeatureAnswer,
  type FeatureAsk,
  type FeatureResults,
  type PrefetchOptions,
} from "./feature-messages.ts";
import type { ListedSource } from "./feature-source.ts";
import { openFeatures } from "./features.ts";
import { photoEncoder } from "./photo-encoding.ts";

/** The thread that `prefetchedFeatures` starts: one source, opened by the first message. */
const port = parentPort;
if (port === null) throw new Error("internal: the worker of features was started outside a worker thread");

let source: ListedSource | undefined;

async function answer(ask: FeatureAsk): Promise<FeatureResults[FeatureAsk["kind"]]> {
  if (ask.kind === "open") {
    source = await opened(ask.path, ask.options);
    return { describe: source.describe, ids: source.ids };
  }
  if (source === undefined) throw new Error("internal: the worker of features has no source");
  switch (ask.kind) {
    case "read":
      return source.read(ask.imageId);
    case "readStored":
      return source.readStored(ask.imageId);
    case "missing":
      return source.missing(ask.imageIds);
    case "close":
      await source.close();
      return null;
  }
}

async function opened(path: string, { photos, ...options }: PrefetchOptions): Promise<ListedSource> {
  if (photos === undefined) return openFeatures(path, options);
  return openFeatures(path, { ...options, encode: await photoEncoder(photos) });
}

/** The memory of features goes to the other thread instead of being copied. */
function movedBuffers(result: FeatureResults[FeatureAsk["kind"]]): ArrayBufferLike[] {
  if (result === null || Array.isArray(result) || "ids" in result) return [];
  const values = "values" in result ? result.values : result.words;
  return [values, result.boxes].flatMap((array) => (array === undefined ? [] : [array.buffer]));
}

port.on("message", ({ id, ask }: { readonly id: number; readonly ask: FeatureAsk }) => {
  void answer(ask).then(
    (result) => reply({ id, result }, movedBuffers(result)),
    (error: unknown) => reply({ id, failure: failureMessage(error) }),
  );
});

function reply(message: FeatureAnswer, moved: ArrayBufferLike[] = []): void {
  parentPort?.postMessage(message, moved as ArrayBuffer[]);
}
