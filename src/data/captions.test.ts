import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCaptions } from "./captions.ts";

const FIXTURE = "../shared/fixtures/caption/captions_val2014_subset.json";

let folder = "";
let file = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "captions-"));
  file = join(folder, "captions.json");
});
afterAll(() => rm(folder, { recursive: true }));

function image(number: number, split: string, ...captions: string[]): object {
  return {
    filename: `COCO_train2014_${String(number).padStart(12, "0")}.jpg`,
    filepath: "train2014",
    split,
    cocoid: number,
    sentences: captions.map((raw) => ({ raw, tokens: raw.split(" ") })),
  };
}

describe("readCaptions of Karpathy's file", () => {
  const content = {
    dataset: "coco",
    images: [
      image(7, "train", "A dog. ", " A brown dog"),
      image(8, "val", "A cat"),
      image(9, "restval", "A bird"),
      image(10, "test", "A fish"),
    ],
  };

  it("takes train and restval as train, and strips the captions", async () => {
    await writeFile(file, JSON.stringify(content));
    expect(await readCaptions(file, "train")).toEqual([
      { image: "COCO_train2014_000000000007", imageId: 7, captions: ["A dog.", "A brown dog"] },
      { image: "COCO_train2014_000000000009", imageId: 9, captions: ["A bird"] },
    ]);
    expect((await readCaptions(file, "val")).map((entry) => entry.imageId)).toEqual([8]);
    expect((await readCaptions(file, "test")).map((entry) => entry.imageId)).toEqual([10]);
  });

  it("names the splits it has when the wanted one is missing", async () => {
    await writeFile(file, JSON.stringify(content));
    await expect(readCaptions(file, "dev")).rejects.toMatchObject({
      kind: "data",
      parts: { where: file, received: "splits train, val, restval, test" },
    });
  });

  it("refuses an image that is there twice", async () => {
    const twice = {
      images: [image(7, "train", "A dog"), image(8, "val", "A cat"), image(7, "restval", "Dogs")],
    };
    await writeFile(file, JSON.stringify(twice));
    await expect(readCaptions(file, "train")).rejects.toMatchObject({
      kind: "data",
      parts: { where: file, received: "7" },
    });
    expect(await readCaptions(file, "val")).toHaveLength(1);
  });

  it("uses the file name as id where there is no COCO number", async () => {
    await writeFile(file, '{"images":[{"filename":"a.b.jpg","split":"val","sentences":[{"raw":"x"}]}]}');
    expect(await readCaptions(file, "val")).toEqual([{ image: "a", imageId: "a", captions: ["x"] }]);
  });
});

describe("readCaptions of an official file", () => {
  const images = [
    { id: 1, file_name: "000000000001.jpg" },
    { id: 2, file_name: "000000000002.jpg" },
  ];

  it("joins images and captions, and leaves out images without any", async () => {
    const annotations = [
      { image_id: 1, id: 11, caption: "one " },
      { image_id: 1, id: 12, caption: "uno" },
    ];
    await writeFile(file, JSON.stringify({ images, annotations }));
    expect(await readCaptions(file, "val")).toEqual([
      { image: "000000000001", imageId: 1, captions: ["one", "uno"] },
    ]);
  });

  it("refuses a caption of an image that is not listed, and a file without captions", async () => {
    await writeFile(file, JSON.stringify({ images, annotations: [{ image_id: 3, caption: "x" }] }));
    await expect(readCaptions(file, "val")).rejects.toMatchObject({
      parts: { where: `${file}, annotations[0]`, received: "3" },
    });
    await writeFile(file, JSON.stringify({ images, annotations: [] }));
    await expect(readCaptions(file, "val")).rejects.toThrow("no captions");
  });

  it("refuses files of neither form, naming the place", async () => {
    await writeFile(file, JSON.stringify({ images, annotations: [{ image_id: 1, text: "x" }] }));
    await expect(readCaptions(file, "val")).rejects.toMatchObject({
      parts: { where: `${file}, annotations[0].caption` },
    });
    await writeFile(file, JSON.stringify({ images: [{ filename: "a.jpg" }] }));
    await expect(readCaptions(file, "val")).rejects.toMatchObject({
      parts: { where: `${file}, images[0].split` },
    });
    await writeFile(file, '{"images": [');
    await expect(readCaptions(file, "val")).rejects.toThrow("not JSON");
  });
});

describe.skipIf(!existsSync(FIXTURE))(
  "readCaptions of real COCO captions (needs the shared annotations)",
  () => {
    it("finds 126 images with five captions or more", async () => {
      const entries = await readCaptions(FIXTURE, "val");
      expect(entries).toHaveLength(126);
      expect(Math.min(...entries.map((entry) => entry.captions.length))).toBe(5);
      expect(entries.flatMap((entry) => entry.captions)).toHaveLength(631);
    });
  },
);
