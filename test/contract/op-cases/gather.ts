import type { Shape, Size } from "../../../src/graph/index.ts";
import {
  B,
  each,
  indices,
  normal,
  S,
  sum,
  T,
  type InputCase,
  type OpCase,
  type OpCases,
} from "../op-case.ts";

function gatherCase(title: string, shape: Shape, axis: number, rows: InputCase): OpCase {
  return {
    title,
    inputs: [normal(...shape), rows],
    attributes: { axis },
    references: [each((index, x, places) => x.at(...index.with(axis, places.at(index[axis] ?? 0))))],
  };
}

function scatterCase(title: string, shape: Shape, axis: number, size: Size): OpCase {
  return {
    title,
    inputs: [normal(...shape), indices(size, shape[axis] ?? 0)],
    attributes: { axis, size },
    references: [
      each((index, x, places) =>
        sum(x.dims[axis], (row) => (places.at(row) === index[axis] ? x.at(...index.with(axis, row)) : 0)),
      ),
    ],
  };
}

export const GATHER_CASES: Readonly<Record<string, OpCases>> = {
  gather: {
    accepts: [
      gatherCase("rows of a table", [5, 3], 0, indices(5, 4)),
      gatherCase("more rows than the table has, so some twice", [3, 2], 0, indices(3, 11)),
      gatherCase("a symbolic number of rows", [6, 2], 0, indices(6, T)),
      gatherCase("rows of a symbolic table", [B, 2, 3], 0, indices(B, S)),
      gatherCase("entries of a vector", [7], 0, indices(7, T)),
      gatherCase("tokens of each example", [B, 5, 2], 1, indices(5, T)),
      gatherCase("channels", [B, T, 6], 2, indices(6, 4)),
    ],
    refuses: [
      { title: "indices that are not integers", inputs: [normal(5, 3), normal(2)], attributes: { axis: 0 } },
      { title: "a matrix of indices", inputs: [normal(5, 3), indices(5, 2, 2)], attributes: { axis: 0 } },
      { title: "a scalar table", inputs: [normal(), indices(5, 2)], attributes: { axis: 0 } },
      { title: "a negative axis", inputs: [normal(5, 3), indices(3, 2)], attributes: { axis: -1 } },
    ],
  },
  scatter: {
    accepts: [
      scatterCase("rows, some onto the same place", [9, 3], 0, 4),
      scatterCase("many duplicates", [400, 16], 0, 3),
      scatterCase("a symbolic number of rows", [T, 3], 0, 4),
      scatterCase("entries of a vector", [T], 0, 5),
      scatterCase("tokens of each example", [B, T, 2], 1, 6),
      scatterCase("channels", [B, T, 4], 2, 6),
      {
        title: "onto a symbolic number of rows",
        inputs: [normal(B, T), indices(B, B)],
        attributes: { axis: 0, size: B },
        references: [
          each(([row = 0, column = 0], x, places) =>
            sum(x.dims[0], (r) => (places.at(r) === row ? x.at(r, column) : 0)),
          ),
        ],
      },
    ],
    refuses: [
      {
        title: "another number of indices than of rows",
        inputs: [normal(4, 3), indices(5, 3)],
        attributes: { axis: 0, size: 5 },
      },
      { title: "no integers", inputs: [normal(4, 3), normal(4)], attributes: { axis: 0, size: 5 } },
      {
        title: "integer rows, whose zeros would be of another type",
        inputs: [indices(9, 4, 3), indices(5, 4)],
        attributes: { axis: 0, size: 5 },
      },
    ],
  },
};
