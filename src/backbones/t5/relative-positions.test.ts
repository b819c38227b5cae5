import { describe, expect, it } from "vitest";
import * as v from "valibot";
import { T5Config } from "./config.ts";
import { relativeBucket, relativePositions, type BucketOptions } from "./relative-positions.ts";

const BOTH_SIDES: BucketOptions = { buckets: 32, farthest: 128, bidirectional: true };
const CAUSAL: BucketOptions = { buckets: 32, farthest: 128, bidirectional: false };

/** The bucket by its borders instead of by logarithms: border k lies at exact · (farthest / exact)^(k / wide). */
function bucketByBorders(distance: number, perSide: number, farthest: number): number {
  const exact = perSide / 2;
  if (distance < exact) return distance;
  const borders = Array.from({ length: exact }, (_, k) => exact * (farthest / exact) ** (k / exact));
  return exact - 1 + borders.filter((border) => border <= distance * (1 + 1e-12)).length;
}

describe("relativeBucket", () => {
  it.each([
    [0, 0],
    [-1, 1],
    [-7, 7],
    [-8, 8],
    [-15, 9],
    [-16, 10],
    [-32, 12],
    [-64, 14],
    [-127, 15],
    [-5000, 15],
    [1, 17],
    [7, 23],
    [8, 24],
    [5000, 31],
  ])("puts the key at %i from the query into bucket %i of the encoder", (r, bucket) => {
    expect(relativeBucket(r, BOTH_SIDES)).toBe(bucket);
  });

  it.each([
    [3, 0],
    [0, 0],
    [-1, 1],
    [-15, 15],
    [-16, 16],
    [-20, 17],
    [-127, 31],
    [-5000, 31],
  ])("puts the key at %i from the query into bucket %i of the decoder", (r, bucket) => {
    expect(relativeBucket(r, CAUSAL)).toBe(bucket);
  });

  it.each([
    ["encoder", BOTH_SIDES, 16],
    ["decoder", CAUSAL, 32],
    ["encoder with few buckets", { buckets: 8, farthest: 20, bidirectional: true }, 4],
  ])("agrees with the buckets' borders in the %s", (_, options, perSide) => {
    for (let distance = 0; distance < 300; distance++) {
      const bucket = bucketByBorders(distance, perSide, options.farthest);
      expect([distance, relativeBucket(-distance, options)]).toEqual([distance, bucket]);
    }
  });
});

describe("relativePositions", () => {
  const positions = relativePositions(v.parse(T5Config, { name: "t5" }));

  it("looks both ways in the encoder and only back in the decoder", () => {
    expect(positions.indices("encoder", 0, 3)).toEqual([0, 17, 18, 1, 0, 17, 2, 1, 0]);
    expect(positions.indices("decoder", 0, 3)).toEqual([0, 0, 0, 1, 0, 0, 2, 1, 0]);
  });

  it("gives the rows of the whole table that a part of the positions has", () => {
    for (const stack of ["encoder", "decoder"] as const) {
      const whole = positions.indices(stack, 0, 40);
      for (const first of [0, 1, 17, 39]) {
        expect(positions.indices(stack, first, 40 - first)).toEqual(whole.slice(first * 40));
      }
    }
  });

  it("counts as many indices as their shape says", () => {
    expect(positions.shape(2, 5)).toEqual([2, 5]);
    expect(positions.indices("decoder", 3, 2)).toHaveLength(10);
  });
});
