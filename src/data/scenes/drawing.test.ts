import sharp from "sharp";
import { describe, expect, it } from "vitest";

import { RandomStream } from "../../random.ts";
import { DRAWING_SIZE, drawScene } from "./drawing.ts";
import type { Scene } from "./grammar.ts";
import { randomScene } from "./random-scene.ts";

const SCENE: Scene = {
  objects: [
    { color: "red", shape: "square", size: "large", place: "top left" },
    { color: "blue", shape: "circle", size: "small", place: "bottom" },
  ],
};
const draw = (name: string, scene = SCENE): Promise<Uint8Array> =>
  drawScene(scene, new RandomStream(1, name));

async function pixel(png: Uint8Array, x: number, y: number): Promise<readonly number[]> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([DRAWING_SIZE, DRAWING_SIZE, 3]);
  return [...data.subarray(3 * (y * info.width + x)).subarray(0, 3)];
}

describe("drawScene", () => {
  it("draws the same bytes from the same stream, and other bytes from another", async () => {
    expect(await draw("a")).toEqual(await draw("a"));
    expect(await draw("a")).not.toEqual(await draw("b"));
    expect(await draw("a", randomScene(1, "train", 1))).not.toEqual(await draw("a"));
  });

  it("puts each object in its place, in its colour, on a light background", async () => {
    const png = await draw("places");
    const [redR = 0, redG = 0, redB = 0] = await pixel(png, 19, 19);
    expect(redR).toBeGreaterThan(150);
    expect(Math.max(redG, redB)).toBeLessThan(90);
    const [blueR = 0, , blueB = 0] = await pixel(png, 56, 93);
    expect(blueB).toBeGreaterThan(blueR + 80);
    for (const [x, y] of [
      [93, 19],
      [56, 56],
      [93, 93],
    ] as const) {
      expect(Math.min(...(await pixel(png, x, y)))).toBeGreaterThan(200);
    }
  });
});
