import { afterAll, describe, expect, it } from "vitest";
import { evaluateOn } from "../../test/contract/evaluate.ts";
import { float32Tensor, Graph, int64Tensor, type Op, type Tensor } from "../graph/index.ts";
import { linearMap, log, mul, reduceSum, sigmoid } from "../ops/index.ts";
import { nodeEngine } from "../runtime/index.ts";
import { gradientError } from "./check.ts";

const engine = nodeEngine({ threads: 1 });
const evaluate = evaluateOn(engine);
afterAll(() => engine.close());

/** y = 2x, with whatever gradient a test wants. */
function twice(x: Tensor, gradient: (dy: Tensor) => Tensor | null): Tensor {
  const op: Op<readonly [Tensor], object> = {
    name: "twice",
    infer: ([input]) => [{ dtype: "float32", shape: input.shape }],
    encode: (writer, { inputs: [input = ""], outputs }) =>
      void writer.emit("Add", [input, input], { outputs }),
    gradient: ({ dy }) => [gradient(dy)],
  };
  const [y] = x.graph.apply(op, [x], {});
  if (y === undefined) throw new Error("no output");
  return y;
}

const VALUES = { x: float32Tensor([0.3, -1.2, 0.8, 2, -0.4, 0.1], [2, 3]) };

describe("gradientError", () => {
  it("is small for right gradients, and says which tensor is worst", async () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [2, 3]);
    const weight = graph.parameter("weight", [4, 3]);
    const y = sigmoid(linearMap(x, weight, null));
    const values = {
      ...VALUES,
      weight: float32Tensor(
        Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
        [4, 3],
      ),
    };
    const { error, tensor, step } = await gradientError(evaluate, { y, wrt: [x, weight], values });
    expect(error).toBeLessThan(1e-4);
    expect(["x", "weight"]).toContain(tensor);
    expect([0.03, 0.01, 0.003]).toContain(step);
  });

  it("is the relative error of a wrong gradient", async () => {
    const x = new Graph().input("x", "float32", [2, 3]);
    const right = await gradientError(evaluate, {
      y: twice(x, (dy) => mul(dy, 2)),
      wrt: [x],
      values: VALUES,
    });
    const wrong = await gradientError(evaluate, {
      y: twice(x, (dy) => mul(dy, 3)),
      wrt: [x],
      values: VALUES,
    });
    expect(right.error).toBeLessThan(1e-5);
    expect(wrong.error).toBeGreaterThan(0.1);
  });

  it("is 1 for a forgotten gradient and infinite for one that is not a number", async () => {
    const x = new Graph().input("x", "float32", [2, 3]);
    const none = await gradientError(evaluate, { y: twice(x, () => null), wrt: [x], values: VALUES });
    expect(none.error).toBe(1);
    const broken = twice(x, (dy) => log(mul(mul(dy, dy), -1)));
    expect((await gradientError(evaluate, { y: broken, wrt: [x], values: VALUES })).error).toBe(Infinity);
  });

  it("finds the one wrong tensor among several", async () => {
    const graph = new Graph();
    const [x, z] = [graph.input("x", "float32", [2, 3]), graph.input("z", "float32", [2, 3])];
    const y = mul(
      sigmoid(z),
      twice(x, (dy) => dy),
    );
    const values = { ...VALUES, z: float32Tensor([1, 2, -1, 0.5, 0, 3], [2, 3]) };
    expect(await gradientError(evaluate, { y, wrt: [z, x], values })).toMatchObject({ tensor: "x" });
  });

  it("accepts a scalar and tensors that are all zero", async () => {
    const x = new Graph().input("x", "float32", [3]);
    const y = reduceSum(sigmoid(x), [0], { keep: false });
    const { error } = await gradientError(evaluate, {
      y,
      wrt: [x],
      values: { x: float32Tensor([0, 0, 0], [3]) },
    });
    expect(error).toBeLessThan(1e-3);
  });

  it("refuses values and tensors that are not float32", async () => {
    const graph = new Graph();
    const [x, rows] = [graph.input("x", "float32", [2, 3]), graph.input("rows", "int64", [2])];
    const values = { ...VALUES, rows: int64Tensor([0, 1], [2]) };
    await expect(gradientError(evaluate, { y: rows, wrt: [x], values })).rejects.toThrow(/int64\[2\]/);
    await expect(gradientError(evaluate, { y: x, wrt: [rows], values })).rejects.toThrow(/rows: .*\n.*int64/);
    await expect(gradientError(evaluate, { y: x, wrt: [x], values: {} })).rejects.toThrow(/x: .*\n.*nothing/);
    await expect(gradientError(evaluate, { y: x, wrt: [], values })).rejects.toThrow(/0 tensors/);
  });
});
