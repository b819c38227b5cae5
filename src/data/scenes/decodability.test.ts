import { describe, expect, it } from "vitest";

import { RandomStream } from "../../random.ts";
import { PATCH_GRID, PATCH_WIDTH, patchFeatures } from "../patch-features.ts";
import { DRAWING_SIZE, drawScene } from "./drawing.ts";
import { COLORS, LAYOUT, rowAndColumn, SHAPES, SIZES } from "./grammar.ts";
import type { SceneObject } from "./grammar.ts";
import { randomScene } from "./random-scene.ts";

const POOLED = PATCH_GRID - 1;

/** The features of one object: the pooled cell (2×2 cells, maximum) nearest to the middle of its place, and a 1. */
interface Sample {
  readonly object: SceneObject;
  readonly x: Float64Array;
}

async function samples(split: "train" | "test", scenes: number): Promise<readonly Sample[]> {
  const out: Sample[] = [];
  for (let index = 0; index < scenes; index++) {
    const scene = randomScene(1, split, index);
    const { values } = await patchFeatures(await drawScene(scene, new RandomStream(1, `${split} ${index}`)));
    for (const object of scene.objects) out.push({ object, x: pooledCell(values, object) });
  }
  return out;
}

/** The row (or column) of pooled cells nearest to the middle of a row of the layout. */
function nearest(slot: number): number {
  const middle = ((slot + 0.5) * DRAWING_SIZE) / LAYOUT;
  return Math.min(POOLED - 1, Math.max(0, Math.round((middle * PATCH_GRID) / DRAWING_SIZE) - 1));
}

function pooledCell(values: Float32Array, object: SceneObject): Float64Array {
  const { row, column } = rowAndColumn(object.place);
  const first = nearest(row) * PATCH_GRID + nearest(column);
  const x = new Float64Array(PATCH_WIDTH + 1).fill(1);
  for (let f = 0; f < PATCH_WIDTH; f++) {
    const cells = [first, first + 1, first + PATCH_GRID, first + PATCH_GRID + 1];
    x[f] = Math.max(...cells.map((cell) => values[cell * PATCH_WIDTH + f] ?? 0));
  }
  return x;
}

/** Ridge regression onto indicators of the classes, solved by Gauss-Jordan; gives each class's weights. */
function ridge(
  train: readonly Sample[],
  classOf: (object: SceneObject) => number,
  classes: number,
): Float64Array[] {
  const width = PATCH_WIDTH + 1;
  const rows = Array.from({ length: width }, (_, i) => {
    const row = new Float64Array(width + classes);
    row[i] = 3;
    return row;
  });
  for (const { x, object } of train) {
    for (const [i, row] of rows.entries()) {
      for (let j = 0; j < width; j++) row[j] = (row[j] ?? 0) + (x[i] ?? 0) * (x[j] ?? 0);
      const target = width + classOf(object);
      row[target] = (row[target] ?? 0) + (x[i] ?? 0);
    }
  }
  for (const [pivot, pivotRow] of rows.entries()) {
    const scale = 1 / (pivotRow[pivot] ?? 0);
    for (let j = 0; j < pivotRow.length; j++) pivotRow[j] = (pivotRow[j] ?? 0) * scale;
    for (const row of rows) {
      const factor = row === pivotRow ? 0 : (row[pivot] ?? 0);
      if (factor === 0) continue;
      for (let j = pivot; j < row.length; j++) row[j] = (row[j] ?? 0) - factor * (pivotRow[j] ?? 0);
    }
  }
  return Array.from({ length: classes }, (_, k) => Float64Array.from(rows, (row) => row[width + k] ?? 0));
}

async function heldOutAccuracy(property: "color" | "shape" | "size"): Promise<number> {
  const names: readonly string[] = { color: COLORS, shape: SHAPES, size: SIZES }[property];
  const weights = ridge(await TRAIN, (object) => names.indexOf(object[property]), names.length);
  const test = await TEST;
  const right = test.filter(({ x, object }) => {
    const scores = weights.map((w) => w.reduce((sum, weight, i) => sum + weight * (x[i] ?? 0), 0));
    return names[scores.indexOf(Math.max(...scores))] === object[property];
  });
  return right.length / test.length;
}

const TRAIN = samples("train", 500);
const TEST = samples("test", 200);

describe("a linear reader of one pooled cell, on scenes it has not seen", () => {
  it("tells the colour of nearly every object", async () => {
    expect(await heldOutAccuracy("color")).toBeGreaterThan(0.95);
  });

  it("tells the shape", async () => {
    expect(await heldOutAccuracy("shape")).toBeGreaterThan(0.9);
  });

  it("tells the size", async () => {
    expect(await heldOutAccuracy("size")).toBeGreaterThan(0.9);
  });
});
