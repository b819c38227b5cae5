import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { PATCH_WIDTH, patchFeatures } from "./patch-features.ts";

const flat = (background: string, width = 200, height = 100): Promise<Uint8Array> =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

async function row(picture: Uint8Array, cell: number): Promise<Float32Array> {
  const { values } = await patchFeatures(picture);
  return values.subarray(cell * PATCH_WIDTH, (cell + 1) * PATCH_WIDTH);
}

/** A white square picture with a black rectangle at its top left. */
async function darkCorner(width: number, height: number): Promise<Uint8Array> {
  const input = Buffer.from(await flat("black", width, height));
  const white = sharp({ create: { width: 112, height: 112, channels: 3, background: "white" } });
  return white
    .composite([{ input, left: 0, top: 0 }])
    .png()
    .toBuffer();
}

function strongestEdge(features: Float32Array): number {
  const edges = features.subarray(30, 46);
  return edges.indexOf(Math.max(...edges));
}

describe("patchFeatures", () => {
  it("gives 49 rows of non-negative numbers for a picture of any shape, from a path as from bytes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "patches-"));
    try {
      const file = join(folder, "grey.png");
      const bytes = await flat("#777", 333, 50);
      await writeFile(file, bytes);
      const fromFile = await patchFeatures(file);
      expect([fromFile.rows, fromFile.width, fromFile.values.length]).toEqual([
        49,
        PATCH_WIDTH,
        49 * PATCH_WIDTH,
      ]);
      expect(fromFile.values.every((value) => value >= 0)).toBe(true);
      expect(await patchFeatures(bytes)).toEqual(fromFile);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("tells colours apart and sees no edge in a flat picture", async () => {
    const [red, blue] = [await row(await flat("#d00"), 24), await row(await flat("#00d"), 24)];
    expect(red.subarray(0, 12).indexOf(Math.max(...red.subarray(0, 15)))).toBe(0);
    expect(blue.subarray(0, 12).indexOf(Math.max(...blue.subarray(0, 15)))).toBe(8);
    expect([...red.subarray(30, PATCH_WIDTH - 14)].every((value) => value === 0)).toBe(true);
  });

  it("tells the side of an edge: dark to light to the right is direction 0, downwards is a quarter turn on", async () => {
    expect(strongestEdge(await row(await darkCorner(56, 112), 24))).toBe(0);
    expect(strongestEdge(await row(await darkCorner(112, 56), 24))).toBe(4);
  });

  it("says where a cell lies", async () => {
    const features = await row(await flat("white"), 7 * 2 + 5);
    const position = features.subarray(PATCH_WIDTH - 14);
    expect([position.indexOf(Math.max(...position)), position.lastIndexOf(Math.max(...position))]).toEqual([
      2,
      7 + 5,
    ]);
  });

  it("names the file that is no picture", async () => {
    await expect(patchFeatures("no/such/cat.jpg")).rejects.toThrow(
      /no\/such\/cat\.jpg: the picture cannot be read/,
    );
    await expect(patchFeatures(new TextEncoder().encode("not a picture"))).rejects.toMatchObject({
      kind: "data",
    });
  });
});
