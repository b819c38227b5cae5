import { afterAll, describe, expect, it } from "vitest";
import { backward, gradientError } from "../../src/autodiff/index.ts";
import { VlPetError } from "../../src/error.ts";
import {
  evaluateSize,
  Graph,
  type Attributes,
  type HostTensor,
  type Op,
  type Tensor,
} from "../../src/graph/index.ts";
import { OPS, reduceSum } from "../../src/ops/index.ts";
import { nodeEngine } from "../../src/runtime/index.ts";
import { evaluateOn } from "./evaluate.ts";
import { BINDINGS, drawInput, readers, type InputCase, type OpCase } from "./op-case.ts";
import { OP_CASES } from "./op-cases/index.ts";

/** Values: largest |engine − reference| over largest |reference|, float32 against float64. */
const VALUE_TOLERANCE = 2e-6;
/** Gradients: see `GradientError.error`; what remains is float32 rounding and curvature, below 1e-4. */
const GRADIENT_TOLERANCE = 3e-4;

const engine = nodeEngine({ threads: 2 });
const evaluate = evaluateOn(engine);
afterAll(() => engine.close());

interface Applied {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

function applied(
  op: Op,
  inputs: readonly InputCase[],
  { attributes = {}, operands }: Partial<OpCase>,
): Applied {
  const graph = new Graph();
  const tensors = inputs.map(({ dtype, shape }, i) => graph.input(`input.${i}`, dtype, shape));
  const outputs = graph.apply(op, operands?.(...tensors) ?? tensors, attributes as Attributes);
  return { inputs: tensors, outputs };
}

function drawn({ inputs }: OpCase, bindings: ReadonlyMap<string, number>): readonly HostTensor[] {
  return inputs.map((input, i) => drawInput(input, `input.${i}`, bindings));
}

function named<V>(prefix: string, values: readonly V[]): Readonly<Record<string, V>> {
  return Object.fromEntries(values.map((value, i) => [`${prefix}.${i}`, value]));
}

/** Largest difference over the largest expected magnitude. */
function distance(received: HostTensor, expected: readonly number[]): number {
  if (received.data.length !== expected.length) return Number.POSITIVE_INFINITY;
  const scale = Math.max(1e-3, ...expected.map(Math.abs));
  return Math.max(0, ...expected.map((value, i) => Math.abs(Number(received.data[i]) - value) / scale));
}

async function checkValues(op: Op, given: OpCase, bindings: ReadonlyMap<string, number>): Promise<void> {
  const { outputs } = applied(op, given.inputs, given);
  const values = drawn(given, bindings);
  const [got = {}] = await evaluate(named("output", outputs), [named("input", values)]);
  expect(given.references).toHaveLength(outputs.length);
  outputs.forEach((output, i) => {
    const result = got[`output.${i}`];
    const reference = given.references[i];
    if (result === undefined || reference === undefined) throw new Error(`output ${i} is missing`);
    expect(result.dtype).toBe(output.dtype);
    expect(result.dims).toEqual(output.shape.map((size) => evaluateSize(size, bindings)));
    const error = distance(result, reference(result.dims, ...readers(values)));
    expect(error, `output ${i} differs from the reference`).toBeLessThan(VALUE_TOLERANCE);
  });
}

async function checkGradients(op: Op, given: OpCase, bindings: ReadonlyMap<string, number>): Promise<void> {
  const { inputs, outputs } = applied(op, given.inputs, given);
  const [y] = outputs;
  const wrt = inputs.filter(({ dtype }) => dtype === "float32");
  if (y === undefined) throw new Error("the op gave no output");
  const { error, tensor, step } = await gradientError(evaluate, {
    y,
    wrt,
    values: named("input", drawn(given, bindings)),
  });
  const sentence = `gradient by ${tensor}: |Δ − g·δ| is ${error} of the expected change at step ${step}`;
  expect(error, sentence).toBeLessThan(GRADIENT_TOLERANCE);
}

/** Inputs of whole numbers and masks, and all inputs of a flat op, have no gradient. */
function checkFlatInputs(op: Op, given: OpCase, isFlat: boolean): void {
  const { inputs, outputs } = applied(op, given.inputs, given);
  const [y] = outputs;
  if (y === undefined) throw new Error("the op gave no output");
  const loss = reduceSum(
    y,
    y.shape.map((_, axis) => axis),
    { keep: false },
  );
  const none = inputs.filter(({ dtype }) => isFlat || dtype !== "float32");
  expect(backward(loss, none)).toEqual(none.map(() => null));
}

function sizesText(bindings: ReadonlyMap<string, number>): string {
  return [...bindings].map(([name, size]) => `${name} = ${size}`).join(", ");
}

describe("every op", () => {
  it("is tried by the contract suite, and nothing else is", () => {
    const names = OPS.map(({ name }) => name);
    const untried = names.filter((name) => !(name in OP_CASES));
    expect(untried, "ops without cases: add an entry under their names in test/contract/op-cases").toEqual(
      [],
    );
    const unknown = Object.keys(OP_CASES).filter((name) => !names.includes(name));
    expect(unknown, "cases for ops that OPS does not list").toEqual([]);
    expect(new Set(names).size, "two ops share a name").toBe(names.length);
  });
});

describe.each(OPS.map((op) => op as unknown as Op))("$name", (op) => {
  const { accepts, refuses, flat } = OP_CASES[op.name] ?? { accepts: [], refuses: [] };

  describe.each(accepts)("$title", (given) => {
    const isFloat = applied(op, given.inputs, given).outputs[0]?.dtype === "float32";
    for (const bindings of BINDINGS) {
      it(`has the inferred shape and the reference's values for ${sizesText(bindings)}`, () =>
        checkValues(op, given, bindings));
      if (flat === undefined && isFloat) {
        it(`has the gradient of finite differences for ${sizesText(bindings)}`, () =>
          checkGradients(op, given, bindings));
      }
    }

    if (isFloat && (flat !== undefined || given.inputs.some(({ dtype }) => dtype !== "float32"))) {
      it("has no gradient by whole numbers, by masks, or at all when flat", () =>
        checkFlatInputs(op, given, flat !== undefined));
    }
  });

  it.each(refuses)("refuses $title", ({ inputs, attributes }) => {
    const call = (): unknown => applied(op, inputs, attributes === undefined ? {} : { attributes });
    expect(call).toThrow(VlPetError);
    expect(call).toThrow(expect.objectContaining({ kind: "shape" }));
  });
});
