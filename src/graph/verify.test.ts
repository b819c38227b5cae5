import { describe, expect, it } from "vitest";
import { exp, mul, reduceSum } from "../ops/index.ts";
import { Graph } from "./graph.ts";
import type { Tensor } from "./tensor.ts";
import { verify } from "./verify.ts";

function nodeOf(tensor: Tensor) {
  if (tensor.source.kind !== "node") throw new Error("not a computed tensor");
  return tensor.source.node;
}

/** Writes where the types forbid it: what a bug in a graph transformation would do. */
function corrupt<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): void {
  (target as { -readonly [P in keyof T]: T[P] })[key] = value;
}

describe("verify", () => {
  const graph = new Graph();
  const x = graph.input("x", "float32", [2, 3]);

  it("passes what the builders wrote", () => {
    expect(() => verify([mul(exp(x), x), x])).not.toThrow();
  });

  it("finds a value that is read before it is written", () => {
    const early = exp(x);
    const late = exp(x);
    corrupt(nodeOf(early), "inputs", [late]);
    expect(() => verify([early])).toThrow(/node \d+ \(exp\) reads a value written later/);
  });

  it("finds an output whose shape is not what its op infers", () => {
    const sum = reduceSum(x, [0], { keep: false });
    corrupt(nodeOf(sum), "attributes", { axes: [1], keep: false });
    expect(() => verify([sum])).toThrow(
      /carries a wrong type\n {2}expected: float32\[2\]\n {2}received: float32\[3\]/,
    );
  });

  it("ignores what no output needs", () => {
    const dead = exp(x);
    corrupt(dead, "shape", [7]);
    expect(() => verify([mul(x, x)])).not.toThrow();
    expect(() => verify([dead])).toThrow(/received: float32\[7\]/);
  });

  it("refuses outputs of two graphs", () => {
    const other = new Graph().input("y", "float32", []);
    expect(() => verify([x, other])).toThrow(/y: outputs of two graphs/);
  });
});
