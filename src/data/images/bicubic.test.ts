import { describe, expect, it } from "vitest";
import { RandomStream } from "../../random.ts";
import { resizedBicubic, type Pixels } from "./bicubic.ts";

/** A grey picture of these values. */
function grey(width: number, height: number, value: (x: number, y: number) => number): Pixels {
  const at = (i: number): number => value(Math.floor(i / 3) % width, Math.floor(i / 3 / width));
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => at(i)) };
}

/** The bytes of one channel. */
function channel({ data }: Pixels, which: number): number[] {
  return [...data].filter((_, i) => i % 3 === which);
}

function noise(width: number, height: number): Pixels {
  const stream = new RandomStream(1, "noise");
  const data = Uint8Array.from({ length: width * height * 3 }, () => stream.integer(256));
  return { width, height, data };
}

/** The specification's picture. */
const PICTURE = grey(6, 4, (x, y) => (37 * x + 91 * y) % 256);

describe("resizedBicubic", () => {
  it("equals PIL in the specification's vectors", () => {
    const small = [81, 131, 142, 114, 87, 134];
    const large = [
      [0, 11, 39, 64, 89, 113, 137, 172, 195],
      [58, 73, 104, 143, 171, 197, 231, 140, 49],
      [150, 176, 178, 94, 93, 127, 159, 102, 43],
      [140, 169, 161, 32, 20, 57, 81, 119, 146],
      [8, 24, 54, 88, 115, 138, 163, 191, 208],
    ];
    for (const which of [0, 1, 2]) {
      expect(channel(resizedBicubic(PICTURE, 3, 2), which)).toEqual(small);
      expect(channel(resizedBicubic(PICTURE, 9, 5), which)).toEqual(large.flat());
    }
  });

  it("gives a picture of the same size back", () => {
    const picture = noise(7, 5);
    expect(resizedBicubic(picture, 7, 5)).toEqual(picture);
  });

  it("resizes each channel by itself", () => {
    const picture = noise(9, 8);
    const whole = resizedBicubic(picture, 4, 11);
    for (const which of [0, 1, 2]) {
      const own = channel(picture, which);
      const alone = grey(9, 8, (x, y) => own[y * 9 + x] ?? 0);
      expect(channel(whole, which)).toEqual(channel(resizedBicubic(alone, 4, 11), which));
    }
  });

  it("goes across before it goes down, with bytes in between", () => {
    const picture = noise(30, 61);
    const across = resizedBicubic(picture, 12, 61);
    expect(resizedBicubic(picture, 12, 13)).toEqual(resizedBicubic(across, 12, 13));
    const down = resizedBicubic(picture, 30, 13);
    expect(resizedBicubic(picture, 12, 13)).not.toEqual(resizedBicubic(down, 12, 13));
  });

  it("keeps an even colour, and clamps where it would go beyond black and white", () => {
    expect(
      new Set(
        resizedBicubic(
          grey(5, 3, () => 255),
          224,
          1,
        ).data,
      ),
    ).toEqual(new Set([255]));
    const edge = grey(4, 1, (x) => (x < 2 ? 0 : 255));
    expect(channel(resizedBicubic(edge, 8, 1), 0)).toEqual([0, 0, 0, 52, 203, 255, 255, 255]);
  });
});
