import { execFileSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { backward } from "../autodiff/index.ts";
import { VlPetError } from "../error.ts";
import { float32Tensor, Graph, int64Tensor, symbol, type HostTensor, type Tensor } from "../graph/index.ts";
import { onnxModel } from "../onnx/index.ts";
import {
  add,
  gatherRows,
  gelu,
  layerNormalize,
  linearMap,
  matMul,
  mul,
  reduceSum,
  softmax,
} from "../ops/index.ts";
import { RandomStream } from "../random.ts";
import { nodeEngine, type Engine, type Session } from "./index.ts";

const engine = nodeEngine({ threads: 1 });
afterAll(() => engine.close());

function compiled(outputs: Readonly<Record<string, Tensor>>, on: Engine = engine): Promise<Session> {
  return on.compile(onnxModel(outputs, new Map()), null);
}

function pair(a: number, b: number): HostTensor {
  return float32Tensor([a, b], [2]);
}

/** y = x + x of two numbers. */
function twice(): Promise<Session> {
  const x = new Graph().input("x", "float32", [2]);
  return compiled({ y: add(x, x) });
}

function normals(name: string, ...dims: number[]): HostTensor {
  const stream = new RandomStream(0, name);
  const length = dims.reduce((a, b) => a * b, 1);
  return float32Tensor(
    Float32Array.from({ length }, () => stream.normal()),
    dims,
  );
}

describe("failures", () => {
  const graph = new Graph();
  const B = symbol("B");
  const table = graph.input("table", "float32", [B, 2]);
  const rows = graph.input("rows", "int64", [symbol("R")]);
  const scale = graph.input("scale", "float32", [B, 1]);
  const session = compiled({ y: gatherRows(mul(table, scale), rows) });
  const good = {
    table: float32Tensor([1, 2, 3, 4], [2, 2]),
    rows: int64Tensor([1], [1]),
    scale: float32Tensor([1, 1], [2, 1]),
  };

  it.each([
    ["an input that is missing", { rows: good.rows, scale: good.scale }, /table: .* neither fed nor held/],
    [
      "a rank that is wrong",
      { ...good, rows: int64Tensor([1], [1, 1]) },
      /rows: .*\n.*int64\[R\].*\n.*int64\[1, 1\]/,
    ],
    ["a type that is wrong", { ...good, rows: pair(0, 1) }, /rows: .*\n.*int64\[R\].*\n.*float32\[2\]/],
    [
      "a fixed size that is wrong",
      { ...good, table: float32Tensor([1, 2], [2, 1]) },
      /expected: float32\[B, 2\]/,
    ],
    [
      "sizes that contradict each other, which onnxruntime would broadcast",
      { ...good, scale: float32Tensor([1], [1, 1]) },
      /scale: .*\n.*\[B, 1\], which is \[2, 1\] in this run\n.*\[1, 1\]/,
    ],
    [
      "data that do not fill the sizes",
      { ...good, table: { ...good.table, dims: [3, 2] } },
      /table: .*malformed/,
    ],
    ["an index out of range", { ...good, rows: int64Tensor([2], [1]) }, /Name:'gather %\d.*idx=2 .*\[-2,1\]/],
  ])("say what is wrong about %s", async (_, feeds, words) => {
    const failure = (await session).run({ feeds, fetch: ["y"] });
    await expect(failure).rejects.toThrow(VlPetError);
    await expect(failure).rejects.toMatchObject({ kind: "session", message: expect.stringMatching(words) });
  });

  it("name an output the model does not have, before anything is computed", async () => {
    const run = (await session).run({ feeds: good, fetch: ["y", "z"] });
    await expect(run).rejects.toMatchObject({
      kind: "session",
      message: expect.stringMatching(/z: the model has no such output/),
    });
    const keep = (await session).run({ feeds: good, keep: { z: "held" }, fetch: ["y"] });
    await expect(keep).rejects.toThrow(/z: the model has no such output/);
  });

  it("leave the engine usable", async () => {
    const got = await (await session).run({ feeds: good, fetch: ["y"] });
    expect(got["y"]).toEqual(float32Tensor([3, 4], [1, 2]));
  });

  it("name a model that onnxruntime refuses", async () => {
    const model = { ...onnxModel({ table }, new Map()), bytes: Uint8Array.of(1, 2, 3) };
    await expect(engine.compile(model, null)).rejects.toMatchObject({
      kind: "session",
      message: expect.stringMatching(/protobuf|model/i),
    });
  });

  it("name a value that cannot be sent, and let later ones pass", async () => {
    const odd = { ...pair(1, 2), dims: [2, () => 1] } as unknown as HostTensor;
    await expect(engine.put({ odd })).rejects.toMatchObject({
      kind: "session",
      message: expect.stringMatching(/cannot be sent/),
    });
    expect(await engine.put({ even: pair(1, 2) })).toBeUndefined();
  });

  it("meet every question once the engine is closed", async () => {
    const short = nodeEngine({ threads: 1 });
    const x = new Graph().input("x", "float32", [2]);
    const late = await compiled({ y: add(x, 1) }, short);
    const running = late.run({ feeds: { x: pair(1, 2) }, fetch: ["y"] });
    const outcome = expect(running).rejects.toMatchObject({
      kind: "session",
      message: "the engine was closed",
    });
    await short.close();
    await outcome;
    await expect(late.run({ feeds: { x: pair(1, 2) }, fetch: ["y"] })).rejects.toThrow(
      "the engine was closed",
    );
    await expect(short.put({})).rejects.toThrow("the engine was closed");
    await short.close();
  });
});

describe("what is fed", () => {
  it("may be a view into a larger buffer, or shared memory", async () => {
    const session = await twice();
    const large = Float32Array.of(9, 9, 1, 2, 9);
    const view: HostTensor = { dtype: "float32", dims: [2], data: large.subarray(2, 4) };
    expect((await session.run({ feeds: { x: view }, fetch: ["y"] }))["y"]).toEqual(pair(2, 4));
    const shared = new Float32Array(new SharedArrayBuffer(8));
    shared.set([3, 4]);
    const x: HostTensor = { dtype: "float32", dims: [2], data: shared };
    expect((await session.run({ feeds: { x }, fetch: ["y"] }))["y"]).toEqual(pair(6, 8));
    expect(large).toEqual(Float32Array.of(9, 9, 1, 2, 9));
  });

  it("stays the caller's", async () => {
    const session = await twice();
    const x = pair(1, 2);
    await session.run({ feeds: { x }, fetch: ["y"] });
    expect(x).toEqual(pair(1, 2));
  });

  it("may name inputs the model does not read", async () => {
    const session = await twice();
    const got = await session.run({ feeds: { x: pair(1, 2), unused: pair(0, 0) }, fetch: ["y"] });
    expect(got["y"]).toEqual(pair(2, 4));
  });
});

/** A feed-forward block with attention-like mixing, its loss and the gradients of its weights. */
function smallNet(): Readonly<Record<string, Tensor>> {
  const graph = new Graph();
  const x = graph.input("x", "float32", [symbol("R"), 64]);
  const up = graph.parameter("up", [128, 64]);
  const down = graph.parameter("down", [64, 128]);
  const [gain, bias] = [graph.parameter("gain", [64]), graph.parameter("bias", [64])];
  const hidden = linearMap(gelu(linearMap(layerNormalize(x, gain, bias, 1e-5), up, null)), down, null);
  const mixed = matMul(
    softmax(matMul(hidden, graph.parameter("mix", [64, 64]))),
    graph.parameter("out", [64, 64]),
  );
  const y = add(mixed, x);
  const loss = reduceSum(mul(y, y), [0, 1], { keep: false });
  const outputs: Record<string, Tensor> = { loss };
  [up, down, gain, bias].forEach((weight, i) => {
    const gradient = backward(loss, [up, down, gain, bias])[i];
    if (gradient !== null && gradient !== undefined) outputs[`d ${weight.name}`] = gradient;
  });
  return outputs;
}

describe("a training graph", () => {
  const feeds = {
    x: normals("x", 96, 64),
    up: normals("up", 128, 64),
    down: normals("down", 64, 128),
    gain: normals("gain", 64),
    bias: normals("bias", 64),
    mix: normals("mix", 64, 64),
    out: normals("out", 64, 64),
  };

  it("gives the same bits in every run, session, engine and for one thread or two", async () => {
    const outputs = smallNet();
    const request = { feeds, fetch: Object.keys(outputs) };
    const first = await compiled(outputs);
    const expected = await first.run(request);
    expect(Object.keys(expected)).toHaveLength(5);
    expect(await first.run(request)).toEqual(expected);
    const second = await compiled(smallNet());
    expect(await second.run(request)).toEqual(expected);
    const parallel = nodeEngine({ threads: 2 });
    expect(await (await compiled(outputs, parallel)).run(request)).toEqual(expected);
    await parallel.close();
  });

  it("runs beside the event loop", async () => {
    const x = new Graph().input("x", "float32", [768, 768]);
    let y = x;
    for (let i = 0; i < 40; i++) y = mul(matMul(y, x), 1 / 28);
    const session = await compiled({ y: reduceSum(y, [0, 1], { keep: false }) });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await session.run({ feeds: { x: normals("square", 768, 768) }, fetch: ["y"] });
    clearInterval(timer);
    // A run on the main thread would let the timer tick once at most.
    expect(ticks).toBeGreaterThan(5);
  });
});

describe("runs asked for at once", () => {
  it("are answered each with its own result", async () => {
    const session = await twice();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => session.run({ feeds: { x: pair(i, -i) }, fetch: ["y"] })),
    );
    expect(answers.map(({ y }) => y)).toEqual(Array.from({ length: 20 }, (_, i) => pair(2 * i, -2 * i)));
  });
});

describe("an idle engine", () => {
  it("does not keep the process alive", () => {
    const built = new URL("../../dist/runtime/index.js", import.meta.url).href;
    const program = `
      const { nodeEngine } = await import(${JSON.stringify(built)});
      const engine = nodeEngine({ threads: 1 });
      await engine.put({ x: { dtype: "float32", dims: [1], data: Float32Array.of(7) } });
      const { x } = await engine.get(["x"]);
      process.stdout.write(String(x.data[0]));`;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
      timeout: 300_000,
    });
    expect(printed.toString()).toBe("7");
  });
});
