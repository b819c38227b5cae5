import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VlPetError } from "../error.ts";
import { float32Tensor, Graph, plus, symbol, type HostTensor, type Tensor } from "../graph/index.ts";
import { exp, expand, linearMap, mul, reshape, slice, tanh, transpose } from "../ops/index.ts";
import { nodeEngine, type Session } from "../runtime/index.ts";
import { onnxModel, type ExternalWeight } from "./model.ts";

const engine = nodeEngine({ threads: 1 });
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vl-pet-onnx-"));
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

type Outputs = Readonly<Record<string, Tensor>>;

async function results(
  outputs: Outputs,
  feeds: Readonly<Record<string, HostTensor>>,
  frozen: ReadonlyMap<string, ExternalWeight> = new Map(),
): Promise<Readonly<Record<string, readonly number[]>>> {
  const session = await engine.compile(onnxModel(outputs, frozen), frozen.size === 0 ? null : folder);
  const got = await session.run({ feeds, fetch: Object.keys(outputs) });
  await session.release();
  return Object.fromEntries(Object.entries(got).map(([name, { data }]) => [name, Array.from(data, Number)]));
}

const PAIR = float32Tensor([1, 2], [2]);

/** y = x Wᵀ with a weight [2, 2] that a file holds. */
function product(): { readonly x: Tensor; readonly y: Tensor } {
  const graph = new Graph();
  const x = graph.input("x", "float32", [1, 2]);
  return { x, y: linearMap(x, graph.parameter("weight", [2, 2]), null) };
}

function compiledWith(location: string, offset: number): Promise<Session> {
  const frozen = new Map([["weight", { location, offset, byteLength: 16 }]]);
  return engine.compile(onnxModel({ y: product().y }, frozen), folder);
}

const ROW = { x: float32Tensor([1, 10], [1, 2]) };

describe("external weights", () => {
  it("are read from a raw file at an offset", async () => {
    const bytes = new Uint8Array(12 + 16);
    bytes.fill(0xff, 0, 12);
    bytes.set(new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer), 12);
    writeFileSync(join(folder, "small.bin"), bytes);
    const frozen = new Map([["weight", { location: "small.bin", offset: 12, byteLength: 16 }]]);
    expect(await results({ y: product().y }, ROW, frozen)).toEqual({ y: [21, 43] });
  });

  it("may lie beyond 2 GB, and are not read into memory", async () => {
    const [size, offset] = [3 * 2 ** 30, 3 * 2 ** 30 - 4096];
    const file = openSync(join(folder, "large.bin"), "w");
    ftruncateSync(file, size); // sparse: it takes no room on the disk
    writeSync(file, new Uint8Array(Float32Array.of(5, 6, 7, 8).buffer), 0, 16, offset);
    closeSync(file);
    const before = process.resourceUsage().maxRSS;
    const frozen = new Map([["weight", { location: "large.bin", offset, byteLength: 16 }]]);
    expect(await results({ y: product().y }, ROW, frozen)).toEqual({ y: [65, 87] });
    const grownKilobytes = process.resourceUsage().maxRSS - before;
    expect(grownKilobytes).toBeLessThan(500e3);
  });

  it("can be mixed with parameters that are fed", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [1, 2]);
    const y = linearMap(x, graph.parameter("weight", [2, 2]), graph.parameter("bias", [2]));
    const frozen = new Map([["weight", { location: "small.bin", offset: 12, byteLength: 16 }]]);
    expect(onnxModel({ y }, frozen).inputs.map(({ name }) => name)).toEqual(["x", "bias"]);
    expect(await results({ y }, { ...ROW, bias: float32Tensor([0.5, -1], [2]) }, frozen)).toEqual({
      y: [21.5, 42],
    });
  });

  it("must fill their parameter", () => {
    const frozen = new Map([["weight", { location: "small.bin", offset: 0, byteLength: 8 }]]);
    expect(() => onnxModel({ y: product().y }, frozen)).toThrow(
      /weight: .*\n {2}expected: 16 bytes for \[2, 2\]\n {2}received: 8 bytes in small\.bin/,
    );
  });

  it("fail with their name or the file's when the file is too short or missing", async () => {
    await expect(compiledWith("absent.bin", 0)).rejects.toThrow(/absent\.bin/);
    await expect(compiledWith("small.bin", 1000)).rejects.toThrow(/weight offset: 1000 .* file_length: 28/);
  });
});

describe("outputs", () => {
  it("may name one tensor several times, and inputs and constants", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [2]);
    const y = mul(x, 2);
    const outputs = { y, again: y, third: y, x, copy: x, half: graph.scalar(0.5), z: mul(y, x) };
    expect(await results(outputs, { x: PAIR })).toEqual({
      y: [2, 4],
      again: [2, 4],
      third: [2, 4],
      x: [1, 2],
      copy: [1, 2],
      half: [0.5],
      z: [2, 8],
    });
  });

  it("must not take the name of another tensor", () => {
    const x = new Graph().input("x", "float32", [2]);
    expect(() => onnxModel({ x: exp(x) }, new Map())).toThrow(
      /an output needs a name that no other tensor has/,
    );
    expect(() => onnxModel({ "%1": exp(x) }, new Map())).toThrow(VlPetError);
    expect(() => onnxModel({ "": exp(x) }, new Map())).toThrow(VlPetError);
  });

  it("do not collide with whatever the inputs are called", async () => {
    const graph = new Graph();
    const names = ["x0", "c0", "t1", "i64", "const.0", "return"];
    const inputs = names.map((name) => graph.input(name, "float32", [2]));
    const sum = inputs.reduce((a, b) => mul(transpose(a, [0]), b));
    const feeds = Object.fromEntries(names.map((name) => [name, PAIR]));
    expect(await results({ x1: sum, c1: mul(sum, 3) }, feeds)).toEqual({ x1: [1, 64], c1: [3, 192] });
  });

  it("are checked before anything is encoded", () => {
    const [here, there] = [new Graph(), new Graph()].map((graph) => graph.input("x", "float32", []));
    if (here === undefined || there === undefined) throw new Error("two inputs");
    expect(() => onnxModel({ here, there }, new Map())).toThrow(/outputs of two graphs/);
  });
});

describe("symbolic sizes", () => {
  it("need an input that has them as an axis", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [1, 3]);
    const repeated = expand(x, [symbol("B"), 3]);
    expect(() => onnxModel({ repeated }, new Map())).toThrow(
      /no input has the size B as an axis.*\n.*fix: give/,
    );
    const sum = graph.input("sum", "float32", [plus(symbol("B"), 1), 3]);
    expect(() => onnxModel({ repeated, sum }, new Map())).toThrow(VlPetError);
    const witness = graph.input("witness", "float32", [symbol("B")]);
    expect(() => onnxModel({ repeated, witness }, new Map())).not.toThrow();
  });

  it("are computed at run time", async () => {
    const graph = new Graph();
    const [B, T] = [symbol("B"), symbol("T")];
    const x = graph.input("x", "float32", [B, plus(T, 1)]);
    const t = graph.input("t", "float32", [T]);
    const y = mul(slice(x, { axis: 1, start: 1, length: T }), t);
    const feeds = { x: float32Tensor([9, 1, 2, 9, 3, 4], [2, 3]), t: float32Tensor([10, 100], [2]) };
    expect(await results({ y }, feeds)).toEqual({ y: [10, 200, 30, 400] });
  });

  it("may be 0", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [symbol("B"), symbol("T"), 6]);
    const y = transpose(reshape(tanh(x), [symbol("B"), symbol("T"), 2, 3]), [0, 2, 1, 3]);
    const session = await engine.compile(onnxModel({ y }, new Map()), null);
    for (const [b, t] of [
      [2, 0],
      [0, 4],
      [0, 0],
    ] as const) {
      const { y: empty } = await session.run({ feeds: { x: float32Tensor([], [b, t, 6]) }, fetch: ["y"] });
      expect(empty?.dims).toEqual([b, 2, t, 3]);
    }
    await session.release();
  });
});
