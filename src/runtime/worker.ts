import { parentPort } from "node:worker_threads";
import * as ort from "onnxruntime-node";
import { Device, sessionOptions, type Fetched } from "./device.ts";
import type { Answer, Ask } from "./messages.ts";

const device = new Device(ort);

async function answer(ask: Ask): Promise<Fetched> {
  switch (ask.kind) {
    case "compile":
      await device.compile(ask.model, ask.compiled, sessionOptions(ask.weightsFolder, ask.threads));
      return {};
    case "run":
      return device.run(ask.model, ask.request);
    case "put":
      device.put(ask.values);
      return {};
    case "get":
      return device.get(ask.names);
    case "drop":
      device.drop(ask.prefix);
      return {};
    case "release":
      await device.release(ask.model);
      return {};
  }
}

const port = parentPort;
if (port === null) throw new Error("internal: the engine's worker was started outside a worker thread");
function reply(message: Answer, moved: readonly ArrayBufferLike[] = []): void {
  parentPort?.postMessage(message, moved as ArrayBuffer[]);
}

// One ask at a time: a run reads values that the run before it keeps.
let last: Promise<unknown> = Promise.resolve();
port.on("message", ({ id, ask }: { id: number; ask: Ask }) => {
  last = last.then(async () => {
    try {
      const values = await answer(ask);
      reply(
        { id, values },
        Object.values(values).map(({ data }) => data.buffer),
      );
    } catch (error) {
      reply({ id, failure: error instanceof Error ? error.message : String(error) });
    }
  });
});
