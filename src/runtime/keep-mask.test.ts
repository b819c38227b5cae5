import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Graph, symbol, times, type HostTensor } from "../graph/index.ts";
import { onnxModel } from "../onnx/index.ts";
import { dropout, mul } from "../ops/index.ts";
import { nodeEngine, type RunRequest, type Session } from "./index.ts";

const engine = nodeEngine({ threads: 1 });
afterAll(() => engine.close());

const RATE = 0.1;
const WIDTH = 1000;

type Output = "after first" | "after second";

/** x after two dropouts of the same rate, their masks "first" and "second". */
function twoDropouts(): Promise<Session> {
  const graph = new Graph();
  const x = graph.input("x", "float32", [symbol("B"), WIDTH]);
  const masks = ["first", "second"].map((name) =>
    graph.input(name, "uint8", [symbol("B"), WIDTH], { kind: "keep-mask", dropRate: RATE }),
  );
  const outputs = Object.fromEntries(masks.map((mask) => [`after ${mask.name}`, dropout(x, mask, RATE)]));
  return engine.compile(onnxModel(outputs, new Map()), null);
}

let session: Session;
beforeAll(async () => {
  session = await twoDropouts();
});

const ONES: HostTensor = { dtype: "float32", dims: [20, WIDTH], data: new Float32Array(20 * WIDTH).fill(1) };

async function masked(
  random: RunRequest["random"],
  output: Output = "after first",
): Promise<readonly number[]> {
  const request = { feeds: { x: ONES }, fetch: [output] };
  const got = await session.run(random === undefined ? request : { ...request, random });
  return Array.from(got[output]?.data ?? [], Number);
}

function agreement(a: readonly number[], b: readonly number[]): number {
  return a.filter((value, i) => value === b[i]).length / a.length;
}

describe("random masks", () => {
  it("are the same for the same seed, step and name", async () => {
    const key = { seed: 5, step: 17 };
    expect(await masked(key)).toEqual(await masked(key));
  });

  it("differ as independent masks do when any of them differs", async () => {
    const one = await masked({ seed: 5, step: 17 });
    const others = [
      await masked({ seed: 6, step: 17 }),
      await masked({ seed: 5, step: 18 }),
      await masked({ seed: 5, step: 17 }, "after second"),
    ];
    // Two independent masks agree where both keep or both drop: 0.9² + 0.1².
    for (const other of others) expect(agreement(one, other)).toBeCloseTo(0.82, 1);
  });

  it("keep the right share and scale what they keep", async () => {
    const values = await masked({ seed: 1, step: 1 });
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / (1 - RATE))]));
    const dropped = values.filter((value) => value === 0).length / values.length;
    // 20000 draws: the standard deviation of the share is 0.0021.
    expect(Math.abs(dropped - RATE)).toBeLessThan(0.01);
  });

  it("do not depend on what was run before, nor on which outputs are fetched", async () => {
    const key = { seed: 9, step: 3 };
    const expected = await masked(key, "after second");
    await masked({ seed: 1, step: 1 });
    const got = await session.run({
      feeds: { x: ONES },
      fetch: ["after first", "after second"],
      random: key,
    });
    expect(Array.from(got["after second"]?.data ?? [], Number)).toEqual(expected);
  });

  it("can be fed instead", async () => {
    const first: HostTensor = { dtype: "uint8", dims: [1, WIDTH], data: new Uint8Array(WIDTH).fill(1, 1) };
    const x: HostTensor = { dtype: "float32", dims: [1, WIDTH], data: new Float32Array(WIDTH).fill(0.9) };
    const got = await session.run({ feeds: { x, first, second: first }, fetch: ["after first"] });
    expect(Array.from(got["after first"]?.data ?? [], Number)).toEqual(
      Array.from({ length: WIDTH }, (_, i) => (i === 0 ? 0 : 1)),
    );
  });

  it("need a random key", async () => {
    await expect(masked(undefined)).rejects.toMatchObject({
      kind: "session",
      message: expect.stringMatching(/first: .*\n.*seed, step/),
    });
  });

  it("need sizes that some other input has", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [times(2, symbol("B"))]);
    const mask = graph.input("mask", "uint8", x.shape, { kind: "keep-mask", dropRate: RATE });
    const odd = await engine.compile(onnxModel({ y: mul(dropout(x, mask, RATE), 1) }, new Map()), null);
    const feeds = { x: { dtype: "float32", dims: [4], data: new Float32Array(4) } } as const;
    const run = odd.run({ feeds, fetch: ["y"], random: { seed: 0, step: 0 } });
    await expect(run).rejects.toThrow(/mask: the sizes of a random mask are not known/);
  });
});
