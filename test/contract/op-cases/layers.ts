import type { Shape, Size } from "../../../src/graph/index.ts";
import { B, distinct, each, indices, mask, normal, positive, sum, T } from "../op-case.ts";
import type { OpCase, OpCases, Reader } from "../op-case.ts";

const EPSILON = 1e-5;

/** Mean and 1/√(var + ε) of the row an index lies in. */
function statistics(
  index: readonly number[],
  x: Reader,
): { readonly mean: number; readonly inverse: number } {
  const width = x.dims.at(-1) ?? 0;
  const lead = index.slice(0, -1);
  const mean = sum(width, (k) => x.at(...lead, k)) / width;
  const variance = sum(width, (k) => (x.at(...lead, k) - mean) ** 2) / width;
  return { mean, inverse: 1 / Math.sqrt(variance + EPSILON) };
}

function layerNormCase(title: string, lead: Shape, width: number): OpCase {
  return {
    title,
    inputs: [normal(...lead, width), positive(width), normal(width)],
    attributes: { epsilon: EPSILON },
    references: [
      each((index, x, gain, bias) => {
        const { mean, inverse } = statistics(index, x);
        return (x.at(...index) - mean) * inverse * gain.at(...index) + bias.at(...index);
      }),
      each((index, x) => statistics(index, x).mean),
      each((index, x) => statistics(index, x).inverse),
    ],
  };
}

const SOFTMAX = each((index, x) => {
  const lead = index.slice(0, -1);
  return 1 / sum(x.dims.at(-1), (k) => Math.exp(x.at(...lead, k) - x.at(...index)));
});

function dropoutCase(title: string, shape: Shape, dropRate: number): OpCase {
  return {
    title,
    inputs: [normal(...shape), mask(...shape)],
    attributes: { dropRate },
    references: [each((index, x, kept) => (x.at(...index) * kept.at(...index)) / (1 - dropRate))],
  };
}

function logit(row: number, v: number, states: Reader, table: Reader, bias: Reader): number {
  return bias.at(v) + sum(states.dims[1], (k) => states.at(row, k) * table.at(v, k));
}

function tokenLossCase(title: string, rows: Size, vocabulary: number): OpCase {
  const share = (row: number, v: number, states: Reader, table: Reader, bias: Reader): number => {
    const z = logit(row, v, states, table, bias);
    return 1 / sum(vocabulary, (other) => Math.exp(logit(row, other, states, table, bias) - z));
  };
  return {
    title,
    inputs: [normal(rows, 3), normal(vocabulary, 3), normal(vocabulary), indices(vocabulary, rows)],
    references: [
      each(
        ([row = 0], states, table, bias, labels) =>
          -Math.log(share(row, labels.at(row), states, table, bias)),
      ),
      each(([row = 0, v = 0], states, table, bias) => share(row, v, states, table, bias)),
    ],
  };
}

/** The row an index lies in, the largest entry first. */
function sortedRow(index: readonly number[], x: Reader): readonly { value: number; place: number }[] {
  return Array.from({ length: x.dims.at(-1) ?? 0 }, (_, place) => ({
    value: x.at(...index.slice(0, -1), place),
    place,
  })).toSorted((a, b) => b.value - a.value);
}

function topKCase(title: string, shape: Shape, k: number): OpCase {
  return {
    title,
    inputs: [distinct(...shape)],
    attributes: { k },
    references: [
      each((index, x) => sortedRow(index, x)[index.at(-1) ?? 0]?.value ?? Number.NaN),
      each((index, x) => sortedRow(index, x)[index.at(-1) ?? 0]?.place ?? Number.NaN),
    ],
  };
}

export const LAYER_CASES: Readonly<Record<string, OpCases>> = {
  softmax: {
    accepts: [
      { title: "rows", inputs: [normal(3, 4)], references: [SOFTMAX] },
      { title: "attention scores", inputs: [normal(B, 2, T, 5)], references: [SOFTMAX] },
      { title: "a symbolic last axis", inputs: [normal(B, T)], references: [SOFTMAX] },
      { title: "one entry", inputs: [normal(B, 1)], references: [SOFTMAX] },
      { title: "a vector", inputs: [normal(5)], references: [SOFTMAX] },
    ],
    refuses: [
      { title: "a scalar", inputs: [normal()] },
      { title: "integers", inputs: [indices(5, 3, 4)] },
    ],
  },
  "layer-norm": {
    accepts: [
      layerNormCase("rows", [3], 8),
      layerNormCase("symbolic rows", [B], 8),
      layerNormCase("sequences", [B, T], 8),
      layerNormCase("narrow rows", [B, T], 6),
    ],
    refuses: [
      {
        title: "a gain of another width",
        inputs: [normal(B, 8), normal(4), normal(8)],
        attributes: { epsilon: EPSILON },
      },
      {
        title: "a bias of another width",
        inputs: [normal(B, 8), normal(8), normal(4)],
        attributes: { epsilon: EPSILON },
      },
      { title: "a vector", inputs: [normal(8), normal(8), normal(8)], attributes: { epsilon: EPSILON } },
      {
        title: "a symbolic width",
        inputs: [normal(3, B), normal(B), normal(B)],
        attributes: { epsilon: EPSILON },
      },
    ],
  },
  dropout: {
    accepts: [
      dropoutCase("fixed sizes", [3, 4], 0.1),
      dropoutCase("symbolic sizes", [B, T, 4], 0.5),
      dropoutCase("nothing dropped", [B, 4], 0),
    ],
    refuses: [
      { title: "a mask of another shape", inputs: [normal(B, 4), mask(B, 1)], attributes: { dropRate: 0.1 } },
      { title: "a mask of floats", inputs: [normal(B, 4), normal(B, 4)], attributes: { dropRate: 0.1 } },
      { title: "everything dropped", inputs: [normal(B, 4), mask(B, 4)], attributes: { dropRate: 1 } },
      { title: "a negative rate", inputs: [normal(B, 4), mask(B, 4)], attributes: { dropRate: -0.1 } },
    ],
  },
  "token-loss": {
    accepts: [
      tokenLossCase("fixed rows", 4, 7),
      tokenLossCase("symbolic rows", T, 7),
      tokenLossCase("more rows than words, so labels repeat", 12, 3),
      tokenLossCase("two words", B, 2),
    ],
    refuses: [
      {
        title: "a table of another width",
        inputs: [normal(T, 3), normal(7, 4), normal(7), indices(7, T)],
      },
      { title: "labels for other rows", inputs: [normal(T, 3), normal(7, 3), normal(7), indices(7, B)] },
      { title: "float labels", inputs: [normal(T, 3), normal(7, 3), normal(7), normal(T)] },
      { title: "a column of labels", inputs: [normal(T, 3), normal(7, 3), normal(7), indices(7, T, 1)] },
      { title: "a bias matrix", inputs: [normal(T, 3), normal(7, 3), normal(7, 1), indices(7, T)] },
    ],
  },
  "top-k": {
    flat: "it serves decoding only",
    accepts: [
      topKCase("the largest", [B, 6], 1),
      topKCase("three of each", [B, 2, 6], 3),
      topKCase("all, which sorts", [B, 5], 5),
    ],
    refuses: [
      { title: "more than there are", inputs: [normal(B, 3)], attributes: { k: 4 } },
      { title: "a scalar", inputs: [normal()], attributes: { k: 1 } },
    ],
  },
};
