import type { Shape, Size } from "../../../src/graph/index.ts";
import { B, each, indices, normal, S, sum, T } from "../op-case.ts";
import type { OpCase, OpCases, Reader, Reference } from "../op-case.ts";

function entry(m: Reader, isTransposed: boolean, row: number, column: number): number {
  return isTransposed ? m.at(column, row) : m.at(row, column);
}

function product(transposeA: boolean, transposeB: boolean): Reference {
  return each(([i = 0, j = 0], a, b) =>
    sum(a.dims[transposeA ? 0 : 1], (k) => entry(a, transposeA, i, k) * entry(b, transposeB, k, j)),
  );
}

function gemmCases(transposeA: boolean, transposeB: boolean): readonly OpCase[] {
  const attributes = { transposeA, transposeB };
  const references = [product(transposeA, transposeB)];
  const title = `${transposeA ? "Aᵀ" : "A"} ${transposeB ? "Bᵀ" : "B"}`;
  const a = (rows: Size) => (transposeA ? normal(4, rows) : normal(rows, 4));
  const b = (columns: Size) => (transposeB ? normal(columns, 4) : normal(4, columns));
  return [
    { title: `${title}, fixed sizes`, inputs: [a(3), b(5)], attributes, references },
    { title: `${title}, symbolic rows and columns`, inputs: [a(B), b(T)], attributes, references },
  ];
}

const LINEAR = each(
  ([row = 0, out = 0], x, weight, bias) =>
    bias.at(out) + sum(x.dims[1], (i) => x.at(row, i) * weight.at(out, i)),
);

function linearCase(title: string, x: Shape, weight: Shape): OpCase {
  return { title, inputs: [normal(...x), normal(...weight), normal(weight[0] ?? 0)], references: [LINEAR] };
}

const BATCHED = each((index, a, b) => {
  const lead = index.slice(0, -2);
  const [i = 0, j = 0] = index.slice(-2);
  return sum(a.dims.at(-1), (k) => a.at(...lead, i, k) * b.at(...lead, k, j));
});

function matMulCase(title: string, a: Shape, b: Shape): OpCase {
  return { title, inputs: [normal(...a), normal(...b)], references: [BATCHED] };
}

const PLAIN = { transposeA: false, transposeB: false };

export const MATRIX_CASES: Readonly<Record<string, OpCases>> = {
  gemm: {
    accepts: [
      ...gemmCases(false, false),
      ...gemmCases(false, true),
      ...gemmCases(true, false),
      ...gemmCases(true, true),
      {
        title: "an inner size known only at run time",
        inputs: [normal(3, B), normal(B, 2)],
        attributes: PLAIN,
        references: [product(false, false)],
      },
    ],
    refuses: [
      { title: "inner sizes that differ", inputs: [normal(3, 4), normal(5, 2)], attributes: PLAIN },
      { title: "three axes", inputs: [normal(B, 3, 4), normal(4, 2)], attributes: PLAIN },
      { title: "integers", inputs: [normal(3, 4), indices(5, 4, 2)], attributes: PLAIN },
    ],
  },
  linear: {
    accepts: [
      linearCase("fixed sizes", [3, 4], [5, 4]),
      linearCase("symbolic rows", [B, 4], [5, 4]),
      linearCase("one channel out", [B, 4], [1, 4]),
      linearCase("one channel in", [T, 1], [6, 1]),
    ],
    refuses: [
      { title: "a bias of another width", inputs: [normal(B, 4), normal(5, 4), normal(4)] },
      { title: "a bias matrix", inputs: [normal(B, 4), normal(5, 4), normal(5, 1)] },
      { title: "a weight stored [in, out]", inputs: [normal(B, 4), normal(4, 5), normal(5)] },
      { title: "integers", inputs: [indices(9, B, 4), normal(5, 4), normal(5)] },
    ],
  },
  "mat-mul": {
    accepts: [
      matMulCase("matrices", [3, 4], [4, 2]),
      matMulCase("batches", [B, 2, T, 4], [B, 2, 4, S]),
      matMulCase("a matrix on the right", [B, T, 4], [4, 3]),
      matMulCase("a matrix on the left", [T, 4], [B, 4, 3]),
      matMulCase("leading axes that broadcast", [B, 1, T, 4], [1, 3, 4, 2]),
      matMulCase("a column", [B, T, 4], [4, 1]),
      matMulCase("a symbolic inner size", [B, 2, T], [B, T, 3]),
    ],
    refuses: [
      { title: "inner sizes that differ", inputs: [normal(B, 3, 4), normal(B, 3, 4)] },
      { title: "batches that differ", inputs: [normal(B, 3, 4), normal(T, 4, 3)] },
      { title: "a vector", inputs: [normal(4), normal(4, 3)] },
      { title: "integers", inputs: [indices(5, 3, 4), normal(4, 2)] },
    ],
  },
};
