import { afterAll, describe, expect, it } from "vitest";
import { evaluateOn } from "../../test/contract/evaluate.ts";
import { gradientError } from "../autodiff/index.ts";
import { float32Tensor, Graph, symbol } from "../graph/index.ts";
import { Scope } from "../nn/index.ts";
import { RandomStream } from "../random.ts";
import { nodeEngine } from "../runtime/index.ts";
import { attentionPool } from "./attention-pool.ts";
import { visionInit } from "./index.ts";

const engine = nodeEngine({ threads: 1 });
afterAll(() => engine.close());

describe("attentionPool", () => {
  it("has the gradients of finite differences by all that it reads", async () => {
    const graph = new Graph();
    const depths = { encoder: 0, decoder: 0 };
    const root = Scope.root({ graph, hooks: {}, initRule: visionInit, mode: "train", depths, task: null });
    const grid = graph.input("grid", "float32", [symbol("B"), 4, 8]);
    const y = attentionPool(root, grid, { heads: 2, outputs: 3, positions: "learned" });
    // The bias of the keys adds the same to all of a query's scores: its gradient is zero, and finite differences noise.
    const tried = root.parameters.filter(({ path }) => path !== "k_proj.bias").map(({ tensor }) => tensor);
    const shapes = [
      ["grid", [2, 4, 8]] as const,
      ...root.parameters.map(({ path, shape }) => [path, shape] as const),
    ];
    const values = shapes.map(([name, shape]) => {
      const stream = new RandomStream(1, name);
      const count = shape.reduce((a, b) => a * b, 1);
      return [
        name,
        float32Tensor(
          Float32Array.from({ length: count }, () => 0.5 * stream.normal()),
          shape,
        ),
      ];
    });
    const question = { y, wrt: [grid, ...tried], values: Object.fromEntries(values) as never };
    const { error, tensor } = await gradientError(evaluateOn(engine), question);
    expect(tried).toHaveLength(8);
    expect(error, `gradient by ${tensor}`).toBeLessThan(0.002);
  });
});
