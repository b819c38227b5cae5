import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { VlPetError } from "../../error.ts";
import type { Pixels } from "./bicubic.ts";
import { normalizeInto, squarePixels } from "./clip-pixels.ts";
import { readPhoto } from "./read-photo.ts";

const PHOTOS = resolve("../shared/fixtures/images");

/** A picture whose bytes tell the place of each pixel: (column, row, 7). */
function placed(width: number, height: number): Pixels {
  const data = Array.from({ length: width * height }, (_, i) => [i % width, Math.floor(i / width), 7]).flat();
  return { width, height, data: Uint8Array.from(data) };
}

function raw({ width, height, data }: Pixels) {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function hash({ data }: Pixels): string {
  return createHash("sha256").update(data).digest("hex").slice(0, 32);
}

describe("readPhoto", () => {
  it("gives the stored pixels of a picture", async () => {
    const picture = placed(5, 4);
    const { pixels, isCutShort } = await readPhoto(await raw(picture).png().toBuffer());
    expect(isCutShort).toBe(false);
    expect({ ...pixels, data: [...pixels.data] }).toEqual({ ...picture, data: [...picture.data] });
  });

  it("makes three channels of grey, and leaves transparency out", async () => {
    const grey = sharp(Uint8Array.of(0, 9, 255, 4), { raw: { width: 2, height: 2, channels: 1 } });
    const { pixels } = await readPhoto(await grey.toColourspace("b-w").png().toBuffer());
    expect([...pixels.data]).toEqual([0, 9, 255, 4].flatMap((value) => [value, value, value]));
    const clear = sharp(Uint8Array.of(10, 20, 30, 0), { raw: { width: 1, height: 1, channels: 4 } });
    expect([...(await readPhoto(await clear.png().toBuffer())).pixels.data]).toEqual([10, 20, 30]);
  });

  it("does not turn a picture as its EXIF says", async () => {
    const turned = await raw(placed(6, 2))
      .withExif({ IFD0: { Orientation: "6" } })
      .jpeg()
      .toBuffer();
    expect((await readPhoto(turned)).pixels).toMatchObject({ width: 6, height: 2 });
  });

  it("uses what there is of a file that is cut short, and says so", async () => {
    const whole = await raw(placed(200, 200)).jpeg({ quality: 90 }).toBuffer();
    const cut = await readPhoto(whole.subarray(0, whole.length / 2));
    expect(cut.isCutShort).toBe(true);
    const { pixels } = await readPhoto(whole);
    expect(cut.pixels).toMatchObject({ width: 200, height: 200 });
    expect([...cut.pixels.data.subarray(0, 600)]).toEqual([...pixels.data.subarray(0, 600)]);
  });

  it.each([
    ["no picture", Buffer.from("hello")],
    ["nothing", new Uint8Array()],
    ["a path without a file", "/nowhere/photo.jpg"],
  ])("refuses %s", async (_, file) => {
    const refused = readPhoto(file);
    await expect(refused).rejects.toBeInstanceOf(VlPetError);
    await expect(refused).rejects.toThrow(expect.objectContaining({ kind: "data" }));
    if (typeof file === "string") await expect(refused).rejects.toThrow(file);
  });
});

describe("squarePixels", () => {
  it("stretches a picture to the square", () => {
    expect(squarePixels(placed(9, 4), 6, "stretch")).toMatchObject({ width: 6, height: 6 });
  });

  /** Odd margins: halves go to the even neighbour. */
  it.each([
    [4, 4, 0, 0],
    [9, 4, 2, 0],
    [7, 4, 2, 0],
    [5, 4, 0, 0],
    [4, 11, 0, 4],
    [4, 13, 0, 4],
  ])("crops the middle of %i × %i pixels", (width, height, left, top) => {
    const square = squarePixels(placed(width, height), 4, "crop");
    expect([...square.data.subarray(0, 3)]).toEqual([left, top, 7]);
    expect([...square.data.subarray(-3)]).toEqual([left + 3, top + 3, 7]);
  });

  it("resizes the shorter side before it crops", () => {
    const flat: Pixels = { width: 12, height: 6, data: new Uint8Array(216).fill(50) };
    const square = squarePixels(flat, 3, "crop");
    expect([...square.data]).toEqual([...new Uint8Array(27).fill(50)]);
  });
});

describe("normalizeInto", () => {
  it("gives (p/255 − mean)/deviation, channel after channel", () => {
    const picture: Pixels = { width: 2, height: 1, data: Uint8Array.of(0, 128, 255, 255, 0, 7) };
    const into = new Float32Array(8).fill(99);
    normalizeInto(picture, into, 1);
    // Computed by PyTorch: torch.tensor([0, 255]) / 255 and so on.
    const expected = [-1.792262554, 1.930336118, 0.168897316, -1.75209713, 2.145896912, -1.380679369];
    expect([into[0], into[7]]).toEqual([99, 99]);
    expect([...into.subarray(1, 7)]).toEqual(expected.map(Math.fround));
  });
});

describe.skipIf(!existsSync(PHOTOS))("photos (need ../shared)", () => {
  /** The first half of the SHA-256 of what Pillow 9.4 makes of them: `resize` to 224 × 224, and CLIP's crop. */
  it.each([
    ["000000159269", "9cfababb8edfc8790e494ed7e509c0ee", "1b7bf7dbdf7c373e57394b63c9234f57"],
    ["000000000790", "e61d4b80b5d6e70b480b20eb13352935", "7e359b61a2fd09cd8708af457d9a8644"],
    ["000000377575", "d0a1118dda82f14a045ee884d1d9ce9d", "f45d1e59fdb128d30d13b466732f8ef8"],
  ])("%s comes out as from PIL", async (name, stretched, cropped) => {
    const { pixels } = await readPhoto(join(PHOTOS, `${name}.jpg`));
    expect(hash(squarePixels(pixels, 224, "stretch"))).toBe(stretched);
    expect(hash(squarePixels(pixels, 224, "crop"))).toBe(cropped);
  });
});
