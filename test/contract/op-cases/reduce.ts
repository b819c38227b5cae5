import type { Shape } from "../../../src/graph/index.ts";
import { reduceSum } from "../../../src/ops/index.ts";
import { B, distinct, each, indicesOf, normal, T } from "../op-case.ts";
import type { InputCase, OpCase, OpCases, Reader, Reference } from "../op-case.ts";

/** The input's elements that an output index stands for. */
function group(index: readonly number[], x: Reader, axes: readonly number[], keep: boolean): number[] {
  return indicesOf(x.dims)
    .filter((place) => {
      const kept = keep
        ? place.map((at, axis) => (axes.includes(axis) ? 0 : at))
        : place.filter((_, axis) => !axes.includes(axis));
      return kept.join() === index.join();
    })
    .map((place) => x.at(...place));
}

function reduceCases(
  fold: (values: readonly number[]) => number,
  draw: (...shape: Shape) => InputCase,
): OpCases {
  const reduceCase = (title: string, shape: Shape, axes: readonly number[]): readonly OpCase[] =>
    [true, false].map((keep) => ({
      title: `${title}, ${keep ? "axes kept as ones" : "axes dropped"}`,
      inputs: [draw(...shape)],
      attributes: { axes, keep },
      references: [each((index, x) => fold(group(index, x, axes, keep)))],
    }));
  return {
    accepts: [
      ...reduceCase("rows", [3, 4], [0]),
      ...reduceCase("the last axis", [B, T, 4], [2]),
      ...reduceCase("a symbolic axis in the middle", [B, T, 2], [1]),
      ...reduceCase("two axes", [B, T, 4], [0, 2]),
      ...reduceCase("all axes", [B, T, 2], [0, 1, 2]),
      ...reduceCase("no axes", [B, 3], []),
      ...reduceCase("an axis of one", [B, 1, 3], [1]),
      ...reduceCase("a scalar", [], []),
    ],
    refuses: [
      { title: "an axis it does not have", inputs: [draw(3)], attributes: { axes: [1], keep: true } },
      { title: "a negative axis", inputs: [draw(3)], attributes: { axes: [-1], keep: true } },
    ],
  };
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function ratio(dims: readonly number[], small: Reader, large: Reader): readonly number[] {
  return dims.length === 0 ? [small.values.length / large.values.length] : [];
}

export const REDUCE_CASES: Readonly<Record<string, OpCases>> = {
  "reduce-sum": reduceCases(total, normal),
  "reduce-mean": reduceCases((values) => total(values) / values.length, normal),
  "reduce-max": reduceCases((values) => Math.max(...values), distinct),
  "size-ratio": {
    flat: "it reads sizes, not numbers",
    accepts: [
      { title: "fixed sizes", inputs: [normal(2), normal(4, 3)], references: [ratio] },
      { title: "symbolic sizes", inputs: [normal(B, 1), normal(B, T)], references: [ratio] },
      { title: "a scalar", inputs: [normal(), normal(B, 3)], references: [ratio] },
    ],
    refuses: [],
  },
  "equal-mask": {
    flat: "it is piecewise constant",
    accepts: [
      {
        title: "a row maximum",
        inputs: [distinct(B, 4)],
        operands: (x) => (x === undefined ? [] : [x, x]),
        references: [each(() => 1)],
      },
      {
        title: "another tensor that broadcasts",
        inputs: [distinct(B, 4), distinct(1, 4)],
        references: [each((index, x, y) => Number(x.at(...index) === y.at(...index)))],
      },
    ],
    refuses: [{ title: "a mask that x would have to grow to", inputs: [normal(1, 4), normal(B, 4)] }],
  },
  expand: {
    accepts: [
      expandCase("a row", [1, 3], [4, 3]),
      expandCase("a missing axis", [3], [4, 3]),
      expandCase("a scalar", [], [2, 3]),
      expandCase("its own shape", [B, 3], [B, 3]),
      {
        title: "a symbolic size",
        inputs: [normal(B, T)],
        // The sizes are those of x, whose column sums are repeated.
        operands: (x) => (x === undefined ? [] : [reduceSum(x, [0], { keep: true })]),
        attributes: { shape: [B, T] },
        references: [each(([, column = 0], x) => total(group([0, column], x, [0], true)))],
      },
    ],
    refuses: [
      { title: "an axis that is not one", inputs: [normal(2, 3)], attributes: { shape: [4, 3] } },
      { title: "fewer axes than it has", inputs: [normal(1, 3)], attributes: { shape: [3] } },
      { title: "a symbol against a number", inputs: [normal(B, 3)], attributes: { shape: [1, 3] } },
    ],
  },
};

function expandCase(title: string, from: Shape, shape: Shape): OpCase {
  const reference: Reference = each((index, x) => x.at(...index));
  return { title, inputs: [normal(...from)], attributes: { shape }, references: [reference] };
}
