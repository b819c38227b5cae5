import { afterAll, describe, expect, it } from "vitest";
import { evaluateOn } from "../../test/contract/evaluate.ts";
import { float32Tensor, Graph, int64Tensor, reach, type HostTensor, type Tensor } from "../graph/index.ts";
import { add, exp, gatherRows, linearMap, mul, reduceSum, tanh, tokenLoss, topK } from "../ops/index.ts";
import { nodeEngine } from "../runtime/index.ts";
import { backward } from "./backward.ts";

const engine = nodeEngine({ threads: 1 });
const evaluate = evaluateOn(engine);
afterAll(() => engine.close());

async function numbers(
  y: Tensor | null | undefined,
  values: Readonly<Record<string, HostTensor>>,
): Promise<number[]> {
  if (y === null || y === undefined) throw new Error("there is no gradient");
  const [got] = await evaluate({ result: y }, [values]);
  return Array.from(got?.["result"]?.data ?? [], Number);
}

function total(x: Tensor): Tensor {
  return reduceSum(
    x,
    x.shape.map((_, axis) => axis),
    { keep: false },
  );
}

describe("backward", () => {
  it("adds up the gradients of all uses", async () => {
    const x = new Graph().input("x", "float32", [3]);
    const [dx] = backward(total(add(mul(x, x), x)), [x]); // x² + x
    expect(await numbers(dx, { x: float32Tensor([1, -2, 0.5], [3]) })).toEqual([3, -3, 2]);
  });

  it("sums a gradient over the axes an operand was repeated along", async () => {
    const graph = new Graph();
    const [x, row] = [graph.input("x", "float32", [2, 3]), graph.input("row", "float32", [3])];
    const gradients = backward(total(mul(x, row)), [x, row]);
    expect(gradients.map((g) => g?.shape)).toEqual([[2, 3], [3]]);
    const values = { x: float32Tensor([1, 2, 3, 4, 5, 6], [2, 3]), row: float32Tensor([7, 8, 9], [3]) };
    expect(await numbers(gradients[1], values)).toEqual([5, 7, 9]);
  });

  it("differentiates by a value in the middle of the program", async () => {
    const x = new Graph().input("x", "float32", [2]);
    const middle = mul(x, 3);
    const [dMiddle, dx] = backward(total(mul(middle, middle)), [middle, x]);
    const values = { x: float32Tensor([1, 2], [2]) };
    expect(await numbers(dMiddle, values)).toEqual([6, 12]);
    expect(await numbers(dx, values)).toEqual([18, 36]);
  });

  it("gives 1 for the loss itself and null for what it does not depend on", () => {
    const graph = new Graph();
    const [x, other] = [graph.input("x", "float32", [2]), graph.input("other", "float32", [2])];
    const rows = graph.input("rows", "int64", [2]);
    const loss = total(gatherRows(x, rows));
    const after = exp(loss);
    expect(backward(loss, [loss, other, rows, after])).toEqual([graph.scalar(1), null, null, null]);
  });

  it("writes nothing for frozen weights", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [4, 8]);
    const [frozen, trained] = [graph.parameter("frozen", [8, 8]), graph.parameter("trained", [8, 8])];
    const bottom = tanh(linearMap(x, frozen, null));
    const loss = total(linearMap(bottom, trained, null));
    const [gradient] = backward(loss, [trained]);
    if (gradient === null || gradient === undefined) throw new Error("there is no gradient");
    const forward = new Set(reach([loss]).nodes);
    const added = reach([gradient]).nodes.filter((node) => !forward.has(node));
    expect(added.map(({ op }) => op.name)).toEqual(["reshape", "expand", "gemm"]);
  });

  it("refuses losses that are not float32 scalars", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [2]);
    expect(() => backward(x, [x])).toThrow(/expected: float32\[\]\n {2}received: float32\[2\]/);
    expect(() => backward(graph.input("n", "int64", []), [x])).toThrow(/received: int64\[\]/);
  });

  it("refuses to pass silently through an output without a rule", () => {
    const graph = new Graph();
    const states = graph.input("states", "float32", [2, 3]);
    const bias = graph.constant(new Float32Array(5), [5]);
    const loss = tokenLoss(
      states,
      graph.parameter("table", [5, 3]),
      bias,
      graph.input("labels", "int64", [2]),
    );
    const probabilities = loss.source.kind === "node" ? loss.source.node.outputs[1] : undefined;
    if (probabilities === undefined) throw new Error("token-loss has two outputs");
    expect(() => backward(total(probabilities), [states])).toThrow(/second output of token-loss/);
  });

  it("has no gradient through the largest entries", async () => {
    const x = new Graph().input("x", "float32", [4]);
    const { values, indices } = topK(x, 2);
    expect(backward(total(values), [x])).toEqual([null]);
    expect(await numbers(indices, { x: float32Tensor([1, 5, 2, 4], [4]) })).toEqual([1, 3]);
  });

  it("sends a row's gradient to every place it was read from", async () => {
    const graph = new Graph();
    const [table, rows] = [graph.parameter("table", [3, 2]), graph.input("rows", "int64", [4])];
    const [dTable] = backward(total(gatherRows(table, rows)), [table]);
    const values = {
      table: float32Tensor(new Float32Array(6), [3, 2]),
      rows: int64Tensor([2, 0, 2, 2], [4]),
    };
    expect(await numbers(dTable, values)).toEqual([1, 1, 0, 0, 3, 3]);
  });
});
