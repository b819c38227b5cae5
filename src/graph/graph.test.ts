import { describe, expect, it } from "vitest";
import { VlPetError } from "../error.ts";
import { exp, mul } from "../ops/index.ts";
import { Graph } from "./graph.ts";
import { symbol } from "./size.ts";

const B = symbol("B");

describe("a graph", () => {
  it("gives the same tensor for a name declared twice with one type", () => {
    const graph = new Graph();
    expect(graph.parameter("w", [2, 3])).toBe(graph.parameter("w", [2, 3]));
    expect(graph.input("x", "int64", [B])).toBe(graph.input("x", "int64", [B]));
    expect(graph.find("w")).toBe(graph.parameter("w", [2, 3]));
    expect(graph.find("unknown")).toBeUndefined();
  });

  it("refuses a name declared twice with different types, saying both", () => {
    const graph = new Graph();
    graph.parameter("w", [2, 3]);
    graph.input("mask", "uint8", [B], { kind: "keep-mask", dropRate: 0.1 });
    expect(() => graph.parameter("w", [3, 2])).toThrow(
      /w: .*\n {2}expected: parameter float32\[2, 3\]\n.*\[3, 2\]/,
    );
    expect(() => graph.input("w", "float32", [2, 3])).toThrow(/received: input float32\[2, 3\]/);
    expect(() => graph.input("mask", "bool", [B])).toThrow(VlPetError);
    expect(() => graph.input("mask", "uint8", [B], { kind: "keep-mask", dropRate: 0.2 })).toThrow(/0\.2/);
    expect(() => graph.input("mask", "uint8", [B])).toThrow(VlPetError);
  });

  it("keeps the names of computed values for itself", () => {
    const graph = new Graph();
    expect(() => graph.input("%1", "float32", [])).toThrow(/do not begin names with "%"/);
    expect(() => graph.parameter("", [])).toThrow(VlPetError);
  });

  it("shares equal scalars and checks constants against their shapes", () => {
    const graph = new Graph();
    expect(graph.scalar(0.5)).toBe(graph.scalar(0.5));
    expect(graph.scalar(0.5)).not.toBe(graph.scalar(2));
    expect(graph.constant(BigInt64Array.of(1n, 2n), [2]).dtype).toBe("int64");
    expect(() => graph.constant(Float32Array.of(1, 2), [3])).toThrow(
      /expected: 3 elements for \[3\]\n {2}received: 2/,
    );
  });

  it("refuses to mix tensors of two graphs", () => {
    const here = new Graph().input("here", "float32", [2]);
    const there = new Graph().input("there", "float32", [2]);
    expect(() => mul(here, there)).toThrow(/there: op mul mixes tensors of two graphs/);
  });

  it("lists its nodes in written order", () => {
    const graph = new Graph();
    const x = graph.input("x", "float32", [2]);
    mul(exp(x), x);
    expect(graph.nodes.map(({ index, op }) => [index, op.name])).toEqual([
      [0, "exp"],
      [1, "mul"],
    ]);
  });
});
