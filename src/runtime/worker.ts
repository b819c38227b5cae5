import { parentPort } from "node:worker_threads";
import * as ort from "onnxruntime-node";
import { Device, sessionOptions, type Fetched, type Ort } from "./device.ts";
import type { Answer, Ask } from "./messages.ts";

const device = new Device(ort as unknown as Ort);

async function answer(ask: Ask): Promise<Fetched> {
  switch (ask.kind) {
    case "compile":
      await device.compile(ask.model, ask.bytes, ask.inputs, sessionOptions(ask.weightsFolder, ask.threads));
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
// One ask at a time: a run reads values that the run before it keeps.
let last: Promise<unknown> = Promise.resolve();
port.on("message", ({ id, ask }: { id: number; ask: Ask }) => {
  last = last.then(async () => {
    let reply: Answer;
    try {
      reply = { id, values: await answer(ask) };
    } catch (error) {
      reply = { id, failure: error instanceof Error ? error.message : String(error) };
    }
    const buffers = "values" in reply ? Object.values(reply.values).map(({ data }) => data.buffer) : [];
    port.postMessage(reply, buffers as ArrayBuffer[]);
  });
});
