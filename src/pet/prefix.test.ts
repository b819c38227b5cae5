import { afterAll, describe, expect, it } from "vitest";
import { evaluateOn } from "../../test/contract/evaluate.ts";
import { float32Tensor, Graph, symbol, type Tensor } from "../graph/index.ts";
import { initialValues, Scope, type Attended } from "../nn/index.ts";
import { nodeEngine } from "../runtime/index.ts";
import { prefixHooks, type PrefixSettings } from "./prefix.ts";

const engine = nodeEngine({ threads: 1 });
const evaluate = evaluateOn(engine);
afterAll(() => engine.close());

const [HEADS, WIDTH, LENGTH] = [2, 3, 4];
const D = HEADS * WIDTH;

/** A stack of attentions with prefixes, and what each layer of the encoder attends to. */
function written(settings: PrefixSettings, bias: (graph: Graph) => Tensor | null) {
  const graph = new Graph();
  const scope = Scope.root({
    graph,
    hooks: prefixHooks(settings),
    initRule: () => ({ kind: "constant", value: 0 }),
    mode: "evaluate",
    depths: { encoder: 3, decoder: 2 },
    task: null,
  });
  const shape = [symbol("B"), HEADS, symbol("S"), WIDTH];
  const layers = [0, 1, 2].map((index): Attended =>
    scope
      .at("encoder")
      .atLayer("layers", { index, count: 3 })
      .attendedSite("encoder.self-attention.attended", {
        key: graph.input("key", "float32", shape),
        value: graph.input("value", "float32", shape),
        bias: bias(graph),
      }),
  );
  return { graph, scope, layers };
}

const BATCH = {
  key: float32Tensor(
    Array.from({ length: 2 * D }, (_, i) => 100 + i),
    [2, HEADS, 1, WIDTH],
  ),
  value: float32Tensor(
    Array.from({ length: 2 * D }, (_, i) => 200 + i),
    [2, HEADS, 1, WIDTH],
  ),
};

function numbers(tensor: { readonly data: ArrayLike<number | bigint> } | undefined): number[] {
  return Array.from(tensor?.data ?? [], Number);
}

describe("flat prefixes", () => {
  it("stand before the keys of every example, split into heads, and are never masked", async () => {
    const { scope, layers } = written({ length: LENGTH, middle: null }, (graph) =>
      graph.input("bias", "float32", [symbol("B"), 1, 1, symbol("S")]),
    );
    const [layer] = layers;
    const weights = scope.parameters.map((parameter) => [parameter, initialValues(parameter, 3)] as const);
    const feeds = Object.fromEntries(
      weights.map(([{ path, shape }, data]) => [path, float32Tensor(data, shape)]),
    );
    const [out] = await evaluate({ keys: layer?.key as Tensor, masks: layer?.bias as Tensor }, [
      { ...feeds, ...BATCH, bias: float32Tensor([-1e9, -1e9], [2, 1, 1, 1]) },
    ]);
    const table = Array.from(
      weights.find(([{ path }]) => path === "encoder.layers.0.pet.prefix.key")?.[1] ?? [],
    );
    const [key, bias] = [numbers(out?.["keys"]), numbers(out?.["masks"])];
    expect(table.length).toBe(LENGTH * D);
    for (const example of [0, 1]) {
      for (const head of [0, 1]) {
        const start = (example * HEADS + head) * (LENGTH + 1) * WIDTH;
        const prefix = Array.from({ length: LENGTH }, (_, l) =>
          table.slice(l * D + head * WIDTH, l * D + (head + 1) * WIDTH),
        ).flat();
        expect(key.slice(start, start + LENGTH * WIDTH)).toEqual(prefix);
        const own = 100 + (example * HEADS + head) * WIDTH;
        expect(key.slice(start + LENGTH * WIDTH, start + (LENGTH + 1) * WIDTH)).toEqual([
          own,
          own + 1,
          own + 2,
        ]);
      }
    }
    expect(bias).toEqual([0, 0, 0, 0, -1e9, 0, 0, 0, 0, -1e9].map(Math.fround));
  });

  it("leave an attention without a mask without one", () => {
    const { layers } = written({ length: LENGTH, middle: null }, () => null);
    expect(layers.map(({ bias }) => bias)).toEqual([null, null, null]);
  });
});

describe("generated prefixes", () => {
  const { scope, graph, layers } = written({ length: LENGTH, middle: 5 }, () => null);

  it("come from one generator, written once, for the deeper stack's layers", () => {
    const out = scope.parameters.find(({ path }) => path === "pet.prefix.encoder-self.out.weight");
    expect(out?.shape).toEqual([2 * 3 * D, 5]);
    expect(graph.nodes.filter(({ op }) => op.name === "tanh").length).toBe(1);
    expect(scope.parameters.every(({ traits }) => traits.owner === "pet")).toBe(true);
  });

  it("give each layer columns of its own: keys, then values", async () => {
    const bias = Float32Array.from({ length: 6 * D }, (_, i) => i);
    const feeds = Object.fromEntries(
      scope.parameters.map(({ path, shape }) => {
        const zeros = new Float32Array(shape.reduce((a, b) => a * b, 1));
        return [path, float32Tensor(path.endsWith("out.bias") ? bias : zeros, shape)];
      }),
    );
    const outputs = Object.fromEntries(
      layers.flatMap(({ key, value }, i) => [
        [`key${i}`, key],
        [`value${i}`, value],
      ]),
    );
    const [out] = await evaluate(outputs, [{ ...feeds, ...BATCH }]);
    const firstRow = (name: string): number[] => numbers(out?.[name]).slice(0, WIDTH);
    expect([0, 1, 2].map((i) => [firstRow(`key${i}`)[0], firstRow(`value${i}`)[0]])).toEqual([
      [0, D],
      [2 * D, 3 * D],
      [4 * D, 5 * D],
    ]);
  });
});
