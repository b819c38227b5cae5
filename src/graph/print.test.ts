import { describe, expect, it } from "vitest";
import { backward } from "../autodiff/index.ts";
import {
  concat,
  dropout,
  gather,
  layerNormalize,
  linearMap,
  mul,
  reduceMean,
  sigmoid,
  slice,
} from "../ops/index.ts";
import { Graph } from "./graph.ts";
import { printGraph } from "./print.ts";
import { symbol, times } from "./size.ts";

/** A program that reads a hundred numbers, the last of them given. */
function withConstant(last: number): string {
  const table = new Graph().constant(new Float32Array(100).fill(last, 99), [100]);
  return printGraph({ y: sigmoid(table) });
}

/** x², in a graph that may also hold something no output needs. */
function square(graphIs: "busy" | "idle"): string {
  const x = new Graph().input("x", "float32", [2]);
  if (graphIs === "busy") sigmoid(mul(x, 3));
  return printGraph({ y: mul(x, x) });
}

describe("printGraph", () => {
  it("shows a small gradient program", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [symbol("R"), 4]);
    const weight = graph.parameter("gate.weight", [3, 4]);
    const bias = graph.parameter("gate.bias", [3]);
    const gate = sigmoid(linearMap(x, weight, bias));
    const loss = reduceMean(mul(gate, gate), [0, 1], { keep: false });
    const [weightGradient = loss, biasGradient = loss] = backward(loss, [weight, bias]).filter(
      (g) => g !== null,
    );
    expect(printGraph({ loss, "d gate.weight": weightGradient, "d gate.bias": biasGradient }))
      .toMatchInlineSnapshot(`
      "input x: f32[R, 4]
      parameter gate.weight: f32[3, 4]
      parameter gate.bias: f32[3]
      %0 = linear(x, gate.weight, gate.bias) : f32[R, 3]
      %1 = sigmoid(%0) : f32[R, 3]
      %2 = mul(%1, %1) : f32[R, 3]
      %3 = reduce-mean(%2, axes=[0, 1], keep=false) : f32[]
      %4 = reshape(%3, shape=[1, 1]) : f32[1, 1]
      %5 = reshape(1, shape=[1, 1]) : f32[1, 1]
      %6 = size-ratio(%4, %2) : f32[]
      %7 = mul(%5, %6) : f32[1, 1]
      %8 = expand(%7, shape=[R, 3]) : f32[R, 3]
      %9 = mul(%8, %1) : f32[R, 3]
      %10 = mul(%8, %1) : f32[R, 3]
      %11 = add(%9, %10) : f32[R, 3]
      %12 = mul(%11, %1) : f32[R, 3]
      %13 = mul(%12, %1) : f32[R, 3]
      %14 = sub(%12, %13) : f32[R, 3]
      %15 = gemm(%14, x, transposeA=true, transposeB=false) : f32[3, 4]
      %16 = reduce-sum(%14, axes=[0], keep=false) : f32[3]
      return loss = %3
      return d gate.weight = %15
      return d gate.bias = %16
      "
    `);
  });

  it("shows masks, constants, several outputs and symbolic attributes", () => {
    const graph = new Graph();
    const B = symbol("B");
    const x = graph.input("x", "float32", [times(2, B), 4]);
    const mask = graph.input("x.mask", "uint8", x.shape, { kind: "keep-mask", dropRate: 0.1 });
    const ones = graph.constant(new Float32Array(4).fill(1), [4]);
    const slope = graph.constant(
      Float32Array.from({ length: 8 }, (_, i) => i / 4),
      [1, 8],
    );
    const normal = layerNormalize(dropout(x, mask, 0.1), ones, ones, 1e-5);
    const half = slice(normal, { axis: 0, start: B, length: B });
    const rows = gather(half, graph.constant(BigInt64Array.of(0n), [1]), 0);
    expect(printGraph({ rows: mul(concat([rows, mul(rows, 0.5)], 1), slope), x })).toMatchInlineSnapshot(`
      "input x: f32[2*B, 4]
      input x.mask: u8[2*B, 4] = keep-mask(0.1)
      %0 = dropout(x, x.mask, dropRate=0.1) : f32[2*B, 4]
      %1, %2, %3 = layer-norm(%0, const[4](1, 1, 1, 1), const[4](1, 1, 1, 1), epsilon=0.00001) : f32[2*B, 4], f32[2*B, 1], f32[2*B, 1]
      %4 = slice(%1, axis=0, start=B, length=B) : f32[B, 4]
      %5 = gather(%4, 0, axis=0) : f32[1, 4]
      %6 = mul(%5, 0.5) : f32[1, 4]
      %7 = concat(%5, %6, axis=1) : f32[1, 8]
      %8 = mul(%7, const[1, 8](0, 0.25, 0.5, 0.75, … #6cd8fbff)) : f32[1, 8]
      return rows = %8
      return x = x
      "
    `);
  });

  it("changes with any number of a constant", () => {
    expect(withConstant(1)).not.toBe(withConstant(2));
  });

  it("does not change when values that no output needs are added", () => {
    expect(square("busy")).toBe(square("idle"));
  });
});
