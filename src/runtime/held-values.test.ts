import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { float32Tensor, Graph, int64Tensor, symbol, type HostTensor, type Tensor } from "../graph/index.ts";
import { onnxModel } from "../onnx/index.ts";
import { add, concat, mul, slice } from "../ops/index.ts";
import { nodeEngine, type Session } from "./index.ts";

const engine = nodeEngine({ threads: 1 });
afterAll(() => engine.close());
beforeEach(() => engine.drop(""));

function compiled(outputs: Readonly<Record<string, Tensor>>): Promise<Session> {
  return engine.compile(onnxModel(outputs, new Map()), null);
}

function row(...values: number[]): HostTensor {
  return float32Tensor(values, [values.length]);
}

async function held(name: string): Promise<number[]> {
  return Array.from((await engine.get([name]))[name]?.data ?? [], Number);
}

/** state' = state + x; also returns 10 · state, to see what the run read. */
function counter(): Promise<Session> {
  const graph = new Graph();
  const [state, x] = [graph.input("state", "float32", [2]), graph.input("x", "float32", [2])];
  return compiled({ next: add(state, x), seen: mul(state, 10) });
}

describe("held values", () => {
  it("go from run to run, the memory of the one before last being used again", async () => {
    const session = await counter();
    await engine.put({ state: row(0, 100) });
    for (let run = 1; run <= 6; run++) {
      const got = await session.run({
        feeds: { x: row(1, run) },
        keep: { next: "state" },
        fetch: ["seen", "next"],
      });
      const total = (run * (run + 1)) / 2;
      expect(got["next"]).toEqual(row(run, 100 + total));
      expect(got["seen"]).toEqual(row(10 * (run - 1), 10 * (100 + total - run)));
    }
    expect(await held("state")).toEqual([6, 121]);
  });

  it("are not changed by runs that do not keep", async () => {
    const session = await counter();
    await engine.put({ state: row(5, 6) });
    for (let run = 0; run < 3; run++) await session.run({ feeds: { x: row(1, 1) }, fetch: ["next"] });
    expect(await held("state")).toEqual([5, 6]);
  });

  it("can be read under another input's name", async () => {
    const session = await counter();
    await engine.put({ a: row(1, 2), b: row(10, 20) });
    const request = { feeds: {}, held: { state: "a", x: "b" }, keep: { next: "a" }, fetch: [] };
    for (let run = 0; run < 3; run++) await session.run(request);
    expect(await held("a")).toEqual([31, 62]);
    expect(await held("b")).toEqual([10, 20]);
  });

  it("give way to what is fed", async () => {
    const session = await counter();
    await engine.put({ state: row(1, 1), x: row(1, 1) });
    const got = await session.run({ feeds: { x: row(7, 7) }, fetch: ["next"] });
    expect(got["next"]).toEqual(row(8, 8));
  });

  it("may grow with every run, like a key-value cache", async () => {
    const graph = new Graph();
    const past = graph.input("past", "float32", [symbol("P"), 2]);
    const session = await compiled({ present: concat([past, graph.input("new", "float32", [1, 2])], 0) });
    await engine.put({ past: float32Tensor([], [0, 2]) });
    const expected: number[] = [];
    for (let run = 0; run < 5; run++) {
      expected.push(run, -run);
      await session.run({
        feeds: { new: float32Tensor([run, -run], [1, 2]) },
        keep: { present: "past" },
        fetch: [],
      });
      expect(await held("past")).toEqual(expected);
    }
  });

  it("may change size between runs with memory to spare", async () => {
    const x = new Graph().input("x", "float32", [symbol("B")]);
    const session = await compiled({ y: mul(x, 2) });
    for (const values of [[1, 2], [3, 4], [5, 6, 7], [8, 9, 10], [11], [12, 13], [14, 15]]) {
      const got = await session.run({ feeds: { x: row(...values) }, keep: { y: "y" }, fetch: ["y"] });
      expect(got["y"]).toEqual(row(...values.map((v) => 2 * v)));
      expect(await held("y")).toEqual(values.map((v) => 2 * v));
    }
  });

  it("may change type under one name", async () => {
    const graph = new Graph();
    const float = await compiled({ y: mul(graph.input("x", "float32", [2]), 2) });
    const n = graph.input("n", "int64", [3]);
    const whole = await compiled({ y: slice(n, { axis: 0, start: 1, length: 2 }) });
    const [floats, wholes] = [{ x: row(3, 1) }, { n: int64Tensor([0, 5, 7], [3]) }];
    // Twice each, so that the value before last is of the other type.
    for (const step of [float, float, whole, whole, float, float]) {
      await step.run({ feeds: step === float ? floats : wholes, keep: { y: "y" }, fetch: [] });
      expect(await held("y")).toEqual(step === float ? [6, 2] : [5, 7]);
    }
  });

  it("are copies where an input is returned as it is", async () => {
    const graph = new Graph();
    const a = graph.input("a", "float32", [2]);
    const session = await compiled({ same: a, next: add(a, 1) });
    await engine.put({ a: row(0, 0) });
    for (let run = 1; run <= 5; run++) {
      await session.run({ feeds: {}, keep: { same: "before", next: "a" }, fetch: [] });
      expect(await held("before")).toEqual([run - 1, run - 1]);
      expect(await held("a")).toEqual([run, run]);
    }
  });

  it("exchange their places through a run", async () => {
    const graph = new Graph();
    const [a, b] = [graph.input("a", "float32", [1]), graph.input("b", "float32", [1])];
    const session = await compiled({ left: b, right: a });
    await engine.put({ a: row(1), b: row(2) });
    for (let run = 1; run <= 5; run++) {
      await session.run({ feeds: {}, keep: { left: "a", right: "b" }, fetch: [] });
      expect([await held("a"), await held("b")]).toEqual(run % 2 === 1 ? [[2], [1]] : [[1], [2]]);
    }
  });

  it("are what `put` last said, whatever runs kept before", async () => {
    const session = await counter();
    const request = { feeds: { x: row(1, 1) }, keep: { next: "state" }, fetch: ["next"] };
    for (const start of [0, 50, 7]) {
      await engine.put({ state: row(start, start) });
      await session.run(request);
      expect((await session.run(request))["next"]).toEqual(row(start + 2, start + 2));
    }
  });

  it("do not follow the caller's arrays, nor the caller's arrays them", async () => {
    const session = await counter();
    const mine = row(1, 1);
    await engine.put({ state: mine });
    mine.data[0] = 99;
    const { next } = await session.run({ feeds: { x: row(0, 0) }, fetch: ["next"], keep: { next: "state" } });
    if (next !== undefined) next.data[1] = 99;
    expect(await held("state")).toEqual([1, 1]);
  });

  it("are forgotten by prefix", async () => {
    await engine.put({ "moment/a": row(1), "moment/b": row(2), weight: row(3) });
    await engine.drop("moment/");
    await expect(engine.get(["moment/a"])).rejects.toThrow(
      /moment\/a: the device holds no value of this name/,
    );
    expect(await held("weight")).toEqual([3]);
  });

  it("are shared by all sessions, which outlive each other", async () => {
    const [first, second] = [await counter(), await counter()];
    await engine.put({ state: row(0, 0) });
    const request = { feeds: { x: row(1, 2) }, keep: { next: "state" }, fetch: ["next"] };
    await first.run(request);
    await first.release();
    expect((await second.run(request))["next"]).toEqual(row(2, 4));
    await expect(first.run(request)).rejects.toThrow(/this model was released/);
    await first.release();
    expect((await second.run(request))["next"]).toEqual(row(3, 6));
  });
});
