import { afterAll, describe, expect, it } from "vitest";
import { evaluateOn } from "../../test/contract/evaluate.ts";
import { gradientError } from "../autodiff/index.ts";
import { float32Tensor, Graph, symbol } from "../graph/index.ts";
import { RandomStream } from "../random.ts";
import { nodeEngine } from "../runtime/index.ts";
import { layerNormalize, rmsNormalize } from "./norm.ts";

const engine = nodeEngine({ threads: 1 });
const evaluate = evaluateOn(engine);
afterAll(() => engine.close());

const WIDTH = 16;
const EPSILON = 1e-6;

function normals(count: number, name: string, mean = 0): Float32Array {
  const stream = new RandomStream(3, name);
  return Float32Array.from({ length: count }, () => mean + stream.normal());
}

describe("rmsNormalize", () => {
  const graph = new Graph();
  const x = graph.input("x", "float32", [symbol("B"), 3, WIDTH]);
  const gain = graph.parameter("gain", [WIDTH]);
  const y = rmsNormalize(x, gain, EPSILON);
  const values = {
    x: float32Tensor(normals(2 * 3 * WIDTH, "x"), [2, 3, WIDTH]),
    gain: float32Tensor(normals(WIDTH, "gain", 1), [WIDTH]),
  };

  it("divides each row by its root mean square, without centring it", async () => {
    const [got] = await evaluate({ y }, [values]);
    const received = got?.["y"]?.data ?? [];
    for (let row = 0; row < 6; row++) {
      const entries = values.x.data.slice(row * WIDTH, (row + 1) * WIDTH) as Float32Array;
      const root = Math.sqrt(entries.reduce((sum, v) => sum + v * v, 0) / WIDTH + EPSILON);
      entries.forEach((v, i) =>
        expect(received[row * WIDTH + i]).toBeCloseTo((v / root) * Number(values.gain.data[i]), 5),
      );
    }
  });

  it("has the gradient of finite differences", async () => {
    expect((await gradientError(evaluate, { y, wrt: [x, gain], values })).error).toBeLessThan(3e-4);
  });
});

describe("layerNormalize", () => {
  it("keeps its precision for rows far from 0", async () => {
    const width = 768;
    const x = new Graph().input("x", "float32", [1, width]);
    const [gain, bias] = [1, 0].map((v) => x.graph.constant(new Float32Array(width).fill(v), [width]));
    if (gain === undefined || bias === undefined) throw new Error("two constants");
    const row = normals(width, "far", 1000);
    const [got] = await evaluate({ y: layerNormalize(x, gain, bias, 1e-5) }, [
      { x: float32Tensor(row, [1, width]) },
    ]);
    const mean = row.reduce((sum, v) => sum + v / width, 0);
    const deviation = Math.sqrt(row.reduce((sum, v) => sum + (v - mean) ** 2 / width, 1e-5));
    row.forEach((v, i) => expect(got?.["y"]?.data[i]).toBeCloseTo((v - mean) / deviation, 3));
  });
});
