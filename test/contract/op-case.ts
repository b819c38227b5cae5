import {
  evaluateSize,
  symbol,
  type DType,
  type HostTensor,
  type Shape,
  type Size,
  type Tensor,
} from "../../src/graph/index.ts";
import { RandomStream } from "../../src/random.ts";

export const B = symbol("B");
export const T = symbol("T");
export const S = symbol("S");

/** Sizes the symbols take in turn: all different, and all one (an axis that could be mistaken for a broadcast one). */
export const BINDINGS: readonly ReadonlyMap<string, number>[] = [
  new Map([
    ["B", 2],
    ["T", 3],
    ["S", 5],
  ]),
  new Map([
    ["B", 1],
    ["T", 1],
    ["S", 1],
  ]),
];

/** Fills an array: element `i` of `count`. */
type Draw = (stream: RandomStream, i: number, bindings: ReadonlyMap<string, number>) => number;

/** One input of a case: its type, and how its numbers are drawn. */
export interface InputCase {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly draw: Draw;
}

export const normal = (...shape: Shape): InputCase => ({ dtype: "float32", shape, draw: (s) => s.normal() });

/** Away from 0, where logarithms, roots and quotients are steep. */
export const positive = (...shape: Shape): InputCase => ({
  dtype: "float32",
  shape,
  draw: (s) => 0.5 + 1.5 * s.uniform(),
});

/** Both signs, none so close to 0 that a step crosses the kink of relu and sign. */
export const kinked = (...shape: Shape): InputCase => ({
  dtype: "float32",
  shape,
  draw: (s) => (0.4 + s.uniform()) * (s.uniform() < 0.5 ? -1 : 1),
});

/** Values far enough apart that a step does not change which is the largest: whole numbers in a scrambled order. */
export const distinct = (...shape: Shape): InputCase => ({
  dtype: "float32",
  shape,
  draw: (s, i) => ((i * 37) % 101) / 10 + 0.01 * s.uniform(),
});

/** Whole numbers in [0, below). */
export const indices = (below: Size, ...shape: Shape): InputCase => ({
  dtype: "int64",
  shape,
  draw: (s, _, bindings) => s.integer(evaluateSize(below, bindings) ?? 0),
});

/** Zeros and ones. */
export const mask = (...shape: Shape): InputCase => ({ dtype: "uint8", shape, draw: (s) => s.integer(2) });

export function drawInput(
  { dtype, shape, draw }: InputCase,
  name: string,
  bindings: ReadonlyMap<string, number>,
): HostTensor {
  const dims = shape.map((size) => evaluateSize(size, bindings) ?? Number.NaN);
  const stream = new RandomStream(7, name);
  const length = dims.reduce((a, b) => a * b, 1);
  const values = Array.from({ length }, (_, i) => draw(stream, i, bindings));
  if (dtype === "float32") return { dtype, dims, data: Float32Array.from(values) };
  if (dtype === "int64") return { dtype, dims, data: BigInt64Array.from(values, BigInt) };
  return { dtype, dims, data: Uint8Array.from(values) };
}

/** A tensor the reference reads: `at` broadcasts, aligning the index from the right. */
export interface Reader {
  readonly dims: readonly number[];
  /** In row-major order. */
  readonly values: readonly number[];
  at(...index: readonly number[]): number;
}

/** Up to four inputs; those a case does not have are empty. */
type Readers = readonly [a: Reader, b: Reader, c: Reader, d: Reader];

/** All elements of one output of the given dims, in row-major order, computed without the engine. */
export type Reference = (dims: readonly number[], ...inputs: Readers) => readonly number[];

/** A reference from the value of one element. */
export function each(element: (index: readonly number[], ...inputs: Readers) => number): Reference {
  return (dims, ...inputs) => indicesOf(dims).map((index) => element(index, ...inputs));
}

export interface OpCase {
  readonly title: string;
  readonly inputs: readonly InputCase[];
  readonly attributes?: object;
  /** What the op reads, when it is not the inputs themselves (e.g. something to give a symbol its value). */
  readonly operands?: (...inputs: readonly Tensor[]) => readonly Tensor[];
  /** One an output. */
  readonly references: readonly Reference[];
}

/** A call that must fail with an error of kind "shape". */
export interface RefusedCall {
  readonly title: string;
  readonly inputs: readonly InputCase[];
  readonly attributes?: object;
}

export interface OpCases {
  readonly accepts: readonly OpCase[];
  readonly refuses: readonly RefusedCall[];
  /** Why the op has no gradient although its input is float32. */
  readonly flat?: string;
}

/** Sum over 0 ≤ k < count. */
export function sum(count: number | undefined, term: (k: number) => number): number {
  return Array.from({ length: count ?? 0 }, (_, k) => term(k)).reduce((a, b) => a + b, 0);
}

const EMPTY: HostTensor = { dtype: "float32", dims: [0], data: new Float32Array() };

function reader({ dims, data }: HostTensor = EMPTY): Reader {
  const values = Array.from(data, Number);
  return {
    dims,
    values,
    at(...index) {
      const aligned = index.slice(index.length - dims.length);
      const offset = dims.reduce(
        (base, size, axis) => base * size + (size === 1 ? 0 : (aligned[axis] ?? 0)),
        0,
      );
      return values[offset] ?? Number.NaN;
    },
  };
}

export function readers([a, b, c, d]: readonly HostTensor[]): Readers {
  return [reader(a), reader(b), reader(c), reader(d)];
}

/** All indices of a shape in row-major order. */
export function indicesOf(dims: readonly number[]): number[][] {
  return dims.reduce<number[][]>(
    (rows, size) => rows.flatMap((row) => Array.from({ length: size }, (_, i) => [...row, i])),
    [[]],
  );
}
