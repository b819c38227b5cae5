import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.ts";
import { resampledClip } from "./clip-frames.ts";
import type { Features } from "./hdf5.ts";

/** Frame t of a clip holds t and −t, so the maxima over a window are its last frame and minus its first one. */
function numbered(rows: number): Features {
  return {
    rows,
    width: 2,
    values: Float32Array.from({ length: rows * 2 }, (_, i) => (i % 2 ? -1 : 1) * (i >> 1)),
  };
}

/** First frame and end (exclusive) of the window that each row is made of. */
function windows(rows: number, frames: number): readonly (readonly [number, number])[] {
  const { values } = resampledClip(numbered(rows), frames);
  return Array.from({ length: frames }, (_, i) => [0 - (values[2 * i + 1] ?? 0), (values[2 * i] ?? 0) + 1]);
}

describe("resampledClip", () => {
  it("pools clips that are too long over the windows of the spec (datasets §9.1)", () => {
    expect(windows(65, 64)).toEqual(Array.from({ length: 64 }, (_, i) => [i, i + 2]));
    const hundred = windows(100, 64);
    expect(hundred.slice(0, 4)).toEqual([
      [0, 2],
      [1, 4],
      [3, 5],
      [4, 7],
    ]);
    expect(hundred.at(-1)).toEqual([98, 100]);
    expect(hundred).toHaveLength(64);
  });

  it.each([65, 100, 127, 128, 129, 640])("covers every one of %i frames in order", (rows) => {
    const found = windows(rows, 64);
    expect(found[0]?.[0]).toBe(0);
    expect(found.at(-1)?.[1]).toBe(rows);
    found.slice(1).forEach(([first, end], i) => {
      const [before, beforeEnd] = found[i] ?? [0, 0];
      expect(first).toBeGreaterThan(before);
      expect(first).toBeLessThanOrEqual(beforeEnd);
      expect(end).toBeGreaterThan(first);
    });
  });

  it("takes the greatest value of each channel, negative ones too", () => {
    const stream = new RandomStream(1, "frames");
    const values = Float32Array.from({ length: 7 * 3 }, () => stream.normal() - 3);
    const pooled = resampledClip({ rows: 7, width: 3, values }, 2);
    const greatest = (from: number, to: number, channel: number): number =>
      Math.max(...Array.from({ length: to - from }, (_, i) => values[(from + i) * 3 + channel] ?? 0));
    expect(pooled.rows).toBe(2);
    expect([...pooled.values]).toEqual(
      [0, 1, 2].map((c) => greatest(0, 4, c)).concat([0, 1, 2].map((c) => greatest(3, 7, c))),
    );
  });

  it("fills shorter clips up with rows of zeros, and leaves those of the right length alone", () => {
    const short = numbered(3);
    expect(resampledClip(short, 5)).toEqual({
      rows: 5,
      width: 2,
      values: Float32Array.from([...short.values, 0, 0, 0, 0]),
    });
    const exact = numbered(64);
    expect(resampledClip(exact, 64)).toBe(exact);
    expect(resampledClip(numbered(1), 64).values).toHaveLength(128);
  });
});
