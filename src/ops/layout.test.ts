import { afterAll, describe, expect, it } from "vitest";
import { float32Tensor, Graph, symbol } from "../graph/index.ts";
import { onnxModel } from "../onnx/index.ts";
import { nodeEngine } from "../runtime/index.ts";
import { padAxis, transpose } from "./index.ts";

const engine = nodeEngine({ threads: 1 });
afterAll(() => engine.close());

describe("pad between transposes", () => {
  it("pads the axis it names, although onnxruntime moves a transpose past it", async () => {
    const x = new Graph().input("x", "float32", [symbol("N"), 2]);
    const turned = transpose(x, [1, 0]); // [2, N]
    const y = transpose(padAxis(turned, { axis: 1, before: 1, after: symbol("N") }), [1, 0]); // [2N + 1, 2]
    const session = await engine.compile(onnxModel({ y }, new Map()), null);
    const out = await session.run({ feeds: { x: float32Tensor([1, 2, 3, 4], [2, 2]) }, fetch: ["y"] });
    expect(out["y"]?.dims).toEqual([5, 2]);
    expect([...(out["y"]?.data ?? [])]).toEqual([0, 0, 1, 2, 3, 4, 0, 0, 0, 0]);
  });
});
