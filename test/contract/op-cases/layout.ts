import { times, type Shape } from "../../../src/graph/index.ts";
import { concat } from "../../../src/ops/index.ts";
import type { PadAttributes, SliceAttributes } from "../../../src/ops/layout.ts";
import { B, each, indices, normal, T } from "../op-case.ts";
import type { OpCase, OpCases, Reader, Reference } from "../op-case.ts";

const SAME_ORDER: Reference = (_, x) => x.values;

function reshapeCase(title: string, from: Shape, shape: Shape): OpCase {
  return { title, inputs: [normal(...from)], attributes: { shape }, references: [SAME_ORDER] };
}

function transposeCase(title: string, shape: Shape, order: readonly number[]): OpCase {
  const reference = each((index, x) => x.at(...order.map((_, axis) => index[order.indexOf(axis)] ?? 0)));
  return { title, inputs: [normal(...shape)], attributes: { order }, references: [reference] };
}

function concatCase(title: string, axis: number, ...shapes: readonly Shape[]): OpCase {
  const reference = each((index, ...parts) => {
    let place = index[axis] ?? 0;
    for (const part of parts) {
      const size = part.dims[axis] ?? 0;
      if (place < size) return part.at(...index.with(axis, place));
      place -= size;
    }
    return Number.NaN;
  });
  return {
    title,
    inputs: shapes.map((shape) => normal(...shape)),
    attributes: { axis },
    references: [reference],
  };
}

type Shift = (x: Reader) => number;

/** Output entry i of the axis is input entry i + shift; what lies outside the input is 0. */
function shifted(axis: number, shift: Shift): Reference {
  return each((index, x) => {
    const place = (index[axis] ?? 0) + shift(x);
    return place < 0 || place >= (x.dims[axis] ?? 0) ? 0 : x.at(...index.with(axis, place));
  });
}

function sliceCase(title: string, shape: Shape, attributes: SliceAttributes, shift: Shift): OpCase {
  return { title, inputs: [normal(...shape)], attributes, references: [shifted(attributes.axis, shift)] };
}

function padCase(title: string, shape: Shape, attributes: PadAttributes, shift: Shift): OpCase {
  return { title, inputs: [normal(...shape)], attributes, references: [shifted(attributes.axis, shift)] };
}

export const LAYOUT_CASES: Readonly<Record<string, OpCases>> = {
  reshape: {
    accepts: [
      reshapeCase("fixed sizes", [4, 6], [2, 3, 4]),
      reshapeCase("heads split off", [B, T, 6], [B, T, 3, 2]),
      reshapeCase("batch and length merged", [B, T, 4], [times(B, T), 4]),
      reshapeCase("everything in one axis", [B, T, 4], [times(4, B, T)]),
      reshapeCase("an axis of one", [B, 4], [B, 1, 4]),
      reshapeCase("a scalar from one element", [1, 1], []),
      reshapeCase("one element from a scalar", [], [1, 1, 1]),
    ],
    refuses: [
      { title: "another number of elements", inputs: [normal(4, 6)], attributes: { shape: [5, 5] } },
      { title: "a symbol dropped", inputs: [normal(B, 4)], attributes: { shape: [4] } },
      { title: "a symbol swapped", inputs: [normal(B, 4)], attributes: { shape: [T, 4] } },
    ],
  },
  transpose: {
    accepts: [
      transposeCase("a matrix", [3, 4], [1, 0]),
      transposeCase("heads before tokens", [B, T, 2, 3], [0, 2, 1, 3]),
      transposeCase("a cycle, whose inverse is another cycle", [B, T, 4], [1, 2, 0]),
      transposeCase("axes in place", [B, 3], [0, 1]),
      transposeCase("one axis", [T], [0]),
    ],
    refuses: [
      { title: "an axis twice", inputs: [normal(3, 4)], attributes: { order: [0, 0] } },
      { title: "too few axes", inputs: [normal(3, 4)], attributes: { order: [0] } },
      { title: "too many axes", inputs: [normal(3, 4)], attributes: { order: [0, 1, 2] } },
    ],
  },
  concat: {
    accepts: [
      concatCase("fixed sizes", 0, [2, 3], [4, 3]),
      concatCase("text before visual rows", 1, [B, T, 4], [B, 3, 4]),
      concatCase("three parts on the last axis", 2, [B, T, 1], [B, T, 2], [B, T, 3]),
      concatCase("two symbolic lengths", 0, [T, 3], [B, 3]),
      concatCase("one part", 0, [B, 3]),
    ],
    refuses: [
      { title: "other axes that differ", inputs: [normal(B, 3), normal(T, 3)], attributes: { axis: 1 } },
      { title: "ranks that differ", inputs: [normal(B, 3), normal(3)], attributes: { axis: 0 } },
      { title: "types that differ", inputs: [normal(3), indices(9, 3)], attributes: { axis: 0 } },
      { title: "an axis it does not have", inputs: [normal(3), normal(3)], attributes: { axis: 1 } },
      { title: "no parts", inputs: [], attributes: { axis: 0 } },
    ],
  },
  slice: {
    accepts: [
      sliceCase("a middle piece", [5, 3], { axis: 0, start: 1, length: 3 }, () => 1),
      sliceCase("the last channel", [B, T, 4], { axis: 2, start: 3, length: 1 }, () => 3),
      sliceCase("from the start", [B, 6], { axis: 1, start: 0, length: 2 }, () => 0),
      sliceCase("everything", [B, 6], { axis: 1, start: 0, length: 6 }, () => 0),
      sliceCase("nothing", [B, 6], { axis: 1, start: 6, length: 0 }, () => 6),
      {
        title: "a symbolic number of rows after two others",
        inputs: [normal(T, 3), normal(2, 3)],
        operands: (...parts) => [concat(parts.toReversed(), 0)],
        attributes: { axis: 0, start: 2, length: T },
        references: [(_, x) => x.values],
      },
      {
        title: "three rows after a symbolic number of others",
        inputs: [normal(T, 2), normal(3, 2)],
        operands: (...parts) => [concat(parts, 0)],
        attributes: { axis: 0, start: T, length: 3 },
        references: [(_dims, _x, last) => last.values],
      },
    ],
    refuses: [
      {
        title: "an axis it does not have",
        inputs: [normal(3)],
        attributes: { axis: 1, start: 0, length: 1 },
      },
      { title: "too long a piece", inputs: [normal(3, 2)], attributes: { axis: 0, start: 1, length: 3 } },
      { title: "a negative start", inputs: [normal(3, 2)], attributes: { axis: 0, start: -1, length: 2 } },
      { title: "a negative length", inputs: [normal(3, 2)], attributes: { axis: 0, start: 1, length: -1 } },
    ],
  },
  pad: {
    accepts: [
      padCase("rows before and after", [3, 2], { axis: 0, before: 2, after: 1 }, () => -2),
      padCase("channels after", [B, T, 2], { axis: 2, before: 0, after: 2 }, () => 0),
      {
        title: "whole numbers, whose zeros are whole too",
        inputs: [indices(9, T)],
        attributes: { axis: 0, before: 1, after: 0 },
        references: [shifted(0, () => -1)],
      },
      padCase("nothing", [B, 3], { axis: 1, before: 0, after: 0 }, () => 0),
      padCase(
        "a symbolic number of rows",
        [T, 3],
        { axis: 0, before: T, after: 1 },
        (x) => -(x.dims[0] ?? 0),
      ),
    ],
    refuses: [
      {
        title: "an axis it does not have",
        inputs: [normal(3)],
        attributes: { axis: 1, before: 1, after: 0 },
      },
      { title: "a negative width", inputs: [normal(3)], attributes: { axis: 0, before: -1, after: 0 } },
    ],
  },
};
