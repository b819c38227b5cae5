import { VlPetError } from "../error.ts";
import type { Counterpart, FlowStep } from "../nn/index.ts";
import type { StartRequest } from "./plan.ts";

/** A matrix by rows. */
interface Matrix {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

type Read = StartRequest["read"];

async function matrix(read: Read, path: string): Promise<Matrix> {
  const { values, shape } = await read(path);
  const [rows = 1, columns = 1] = shape;
  return { values, rows, columns };
}

function at({ values, columns }: Matrix, row: number, column: number): number {
  return values[row * columns + column] ?? Number.NaN;
}

/** Indices of the n/r largest scores, ascending. Throws kind "config" when r does not divide n. */
function heaviest(scores: Float64Array, reduction: number): readonly number[] {
  if (scores.length % reduction !== 0) {
    throw new VlPetError("config", "a pruned start needs a reduction that divides every width", {
      where: "pet.reduction",
      expected: `a divisor of ${scores.length}`,
      received: `${reduction}`,
      fix: 'choose another reduction, or pet.start="random"',
    });
  }
  const order = Array.from(scores, (_, index) => index).toSorted(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b,
  );
  return order.slice(0, scores.length / reduction).toSorted((a, b) => a - b);
}

/** Σ |entries| of every column. */
function columnScores(table: Matrix): Float64Array {
  const scores = new Float64Array(table.columns);
  table.values.forEach((value, i) => {
    scores[i % table.columns] = (scores[i % table.columns] ?? 0) + Math.abs(value);
  });
  return scores;
}

/** Σ over the kept columns of |products of the maps' entries|, of every row. */
function rowScores(maps: readonly Matrix[], columns: readonly number[]): Float64Array {
  return Float64Array.from({ length: maps[0]?.rows ?? 0 }, (_, row) =>
    columns.reduce(
      (sum, column) => sum + Math.abs(maps.reduce((all, map) => all * at(map, row, column), 1)),
      0,
    ),
  );
}

function submatrix(map: Matrix, rows: readonly number[], columns: readonly number[]): Float32Array {
  return Float32Array.from(rows.flatMap((row) => columns.map((column) => at(map, row, column))));
}

/** A walk along the backbone: which channels are kept where it stands, and what the side network got so far. */
interface Walk {
  readonly read: Read;
  readonly reduction: number;
  readonly started: Map<string, Float32Array>;
}

async function pickVectors(
  { read, started }: Walk,
  vectors: readonly Counterpart[],
  kept: readonly number[],
): Promise<void> {
  for (const { from, to } of vectors) {
    if (to === null) continue;
    const { values } = await read(from);
    started.set(
      to,
      Float32Array.from(kept, (channel) => values[channel] ?? Number.NaN),
    );
  }
}

async function pruneMaps(
  walk: Walk,
  { weights, biases }: Extract<FlowStep, { kind: "maps" }>,
  kept: readonly number[],
): Promise<readonly number[]> {
  const maps = await Promise.all(weights.map(({ from }) => matrix(walk.read, from)));
  const next = heaviest(rowScores(maps, kept), walk.reduction);
  weights.forEach(({ to }, i) => {
    const map = maps[i];
    if (to !== null && map !== undefined) walk.started.set(to, submatrix(map, next, kept));
  });
  await pickVectors(walk, biases, next);
  return next;
}

/** Takes a step; gives the channels that are kept behind it. */
async function walked(walk: Walk, step: FlowStep, kept: readonly number[]): Promise<readonly number[]> {
  switch (step.kind) {
    case "table":
      return heaviest(columnScores(await matrix(walk.read, step.from)), walk.reduction);
    case "maps":
      return pruneMaps(walk, step, kept);
    case "norm":
      await pickVectors(walk, step.vectors, kept);
      return kept;
    case "copy":
      if (step.table.to !== null) walk.started.set(step.table.to, (await walk.read(step.table.from)).values);
      return kept;
  }
}

/**
 * The side network's layers as the backbone's, structurally pruned by the size of their weights: along the way of the
 * rows each map keeps the 1/r of its outputs that weigh most over the inputs kept before; query, key and value keep the
 * same outputs. By path. Quirk: every block chooses its own channels of the residual stream, whatever heads they belong
 * to. (Original: pruning_methods.py, "t5-v2"; it keeps channels in the order of a hash table, here they ascend, so other
 * rows share a head.) Throws kind "config" when r does not divide a width.
 */
export async function prunedStart(
  { flow, read }: StartRequest,
  reduction: number,
): Promise<ReadonlyMap<string, Float32Array>> {
  const walk: Walk = { read, reduction, started: new Map() };
  let kept: readonly number[] = [];
  for (const step of flow) kept = await walked(walk, step, kept);
  return walk.started;
}
