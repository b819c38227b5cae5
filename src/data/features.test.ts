import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cachedFeatures } from "./feature-cache.ts";
import { openFeatures, requireImages } from "./features.ts";
import { hdf5Features } from "./formats/hdf5-images.ts";
import { imageFeatures } from "./formats/photos.ts";
import { type Features, writeFeatures } from "./hdf5.ts";
import { cocoNumber, imageStem } from "./image-name.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "features-"));
});
afterEach(() => rm(folder, { recursive: true }));

function features(...values: number[]): Features {
  return { rows: 1, width: values.length, values: Float32Array.from(values) };
}

async function store(imageId: string, ...values: number[]): Promise<void> {
  await writeFeatures(join(folder, `${imageId}.h5`), imageId, features(...values));
}

function lengthOfName(file: string): Promise<Features> {
  return Promise.resolve(features(file.length, 1));
}

function halfOfWhatItSays(): Promise<Features> {
  return Promise.resolve({ rows: 2, width: 1, values: Float32Array.of(1) });
}

/** A reader that notes what it is asked for. */
function logged(log: string[]): (imageId: string) => Promise<Features> {
  return (imageId) => {
    log.push(imageId);
    return imageId === "bad" ? Promise.reject(new Error("bad")) : Promise.resolve(features(1, 2));
  };
}

describe("image names", () => {
  it("end at the first dot, and know COCO's number", () => {
    expect(["a/b/cat.01.jpg", "dog", "c\\d\\fox.png"].map(imageStem)).toEqual(["cat", "dog", "fox"]);
    expect(cocoNumber("COCO_val2014_000000000042")).toBe("000000000042");
    expect(cocoNumber("000000000042")).toBe("000000000042");
    expect(cocoNumber("42")).toBeUndefined();
  });
});

describe("hdf5Features", () => {
  it("reads one file per image and lists what is missing once", async () => {
    await store("cat", 1, 2);
    const source = await hdf5Features(folder, { width: 2 });
    expect(source.describe).toContain(folder);
    expect(await source.read("cat")).toEqual(features(1, 2));
    expect(await source.missing(["dog", "cat", "dog", "owl"])).toEqual(["dog", "owl"]);
    await source.close();
  });

  it("finds COCO images under the names of either release", async () => {
    await store("000000000042", 1);
    await store("COCO_val2014_000000000043", 2);
    const source = await hdf5Features(folder);
    expect(await source.read("COCO_train2014_000000000042")).toEqual(features(1));
    expect(await source.read("000000000043")).toEqual(features(2));
    expect(await source.missing(["COCO_val2014_000000000044"])).toEqual(["COCO_val2014_000000000044"]);
  });

  it("refuses another width and values that are no numbers, naming image and file", async () => {
    await store("wide", 1, 2, 3);
    await store("nan", 1, NaN);
    await store("infinite", -Infinity, 1);
    const source = await hdf5Features(folder, { width: 2 });
    await expect(source.read("wide")).rejects.toMatchObject({
      kind: "data",
      parts: { where: join(folder, "wide.h5"), expected: "2", received: "3" },
    });
    await expect(source.read("wide")).rejects.toThrow("image wide");
    await expect(source.read("nan")).rejects.toMatchObject({
      parts: { where: `${join(folder, "nan.h5")}, row 0, channel 1`, received: "NaN" },
    });
    await expect(source.read("infinite")).rejects.toThrow("image infinite");
  });

  it("names image and folder when there is no file", async () => {
    const source = await hdf5Features(folder);
    await expect(source.read("owl")).rejects.toMatchObject({ kind: "data", parts: { where: folder } });
    await expect(source.read("owl")).rejects.toThrow("image owl");
  });
});

describe("imageFeatures", () => {
  it("encodes the photo with the image's name", async () => {
    await writeFile(join(folder, "cat.JPG"), "");
    await writeFile(join(folder, "notes.txt"), "");
    const source = await imageFeatures(folder, lengthOfName);
    expect(await source.read("cat")).toEqual(features(join(folder, "cat.JPG").length, 1));
    expect(await source.missing(["cat", "notes"])).toEqual(["notes"]);
  });

  it("refuses two photos of one name", async () => {
    await writeFile(join(folder, "cat.jpg"), "");
    await writeFile(join(folder, "cat.png"), "");
    await expect(imageFeatures(folder, lengthOfName)).rejects.toMatchObject({
      kind: "data",
      parts: { received: "cat.jpg, cat.png" },
    });
  });

  it("refuses an encoder that gives fewer values than it says", async () => {
    await writeFile(join(folder, "cat.webp"), "");
    await expect((await imageFeatures(folder, halfOfWhatItSays)).read("cat")).rejects.toThrow(
      "do not fill their shape",
    );
  });
});

describe("openFeatures", () => {
  it("takes what lies in the folder", async () => {
    await store("cat", 1);
    expect((await openFeatures(folder)).describe).toContain("HDF5");
    const photos = join(folder, "photos");
    await mkdir(photos);
    await writeFile(join(photos, "cat.png"), "");
    expect((await openFeatures(photos, { encode: lengthOfName })).describe).toContain("photos");
    await expect(openFeatures(photos)).rejects.toMatchObject({ kind: "config" });
  });

  it("refuses both, neither, and no folder", async () => {
    await expect(openFeatures(folder)).rejects.toThrow("none, among 0 files");
    await store("cat", 1);
    await writeFile(join(folder, "cat.png"), "");
    await expect(openFeatures(folder)).rejects.toThrow(
      "received: HDF5 files of features (.h5, .hdf5) and photos (.jpg, .png, .webp)",
    );
    await expect(openFeatures(join(folder, "nowhere"))).rejects.toMatchObject({ kind: "data" });
  });
});

describe("requireImages", () => {
  it("lists the first missing images and counts them all", async () => {
    await store("cat", 1);
    const source = await hdf5Features(folder);
    await expect(requireImages(source, ["cat"])).resolves.toBeUndefined();
    await expect(requireImages(source, ["cat", "dog"])).rejects.toMatchObject({
      parts: { received: "no dog" },
    });
    const many = Array.from({ length: 9 }, (_, i) => `image${i}`);
    await expect(requireImages(source, many)).rejects.toThrow("9 images");
    await expect(requireImages(source, many)).rejects.toThrow("no image0, image1, image2, image3, image4, …");
  });
});

describe("cachedFeatures", () => {
  it("forgets the least recently used image first, within the byte budget", async () => {
    const log: string[] = [];
    const cache = cachedFeatures(logged(log), 16);
    for (const id of ["a", "b", "a", "c", "a", "b"]) await cache.read(id);
    expect(log).toEqual(["a", "b", "c", "b"]);
    cache.clear();
    await cache.read("b");
    expect(log).toHaveLength(5);
  });

  it("keeps nothing that is larger than the budget", async () => {
    const log: string[] = [];
    const cache = cachedFeatures(logged(log), 4);
    await cache.read("a");
    await cache.read("a");
    expect(log).toEqual(["a", "a"]);
  });

  it("reads once what is asked for twice at the same time, and again after a failure", async () => {
    const log: string[] = [];
    const cache = cachedFeatures(logged(log), 100);
    await Promise.all([cache.read("a"), cache.read("a")]);
    expect(log).toEqual(["a"]);
    await expect(cache.read("bad")).rejects.toThrow("bad");
    await expect(cache.read("bad")).rejects.toThrow("bad");
    expect(log).toEqual(["a", "bad", "bad"]);
  });

  it("is used by a source when it is given bytes", async () => {
    await store("cat", 1);
    const source = await hdf5Features(folder, { cacheBytes: 1000 });
    await source.read("cat");
    await rm(join(folder, "cat.h5"));
    expect(await source.read("cat")).toEqual(features(1));
    await source.close();
    await expect(source.read("cat")).rejects.toThrow("are missing");
  });
});
