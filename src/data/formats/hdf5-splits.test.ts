import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import type { Group } from "h5wasm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VlPetError } from "../../error.ts";
import { RandomStream } from "../../random.ts";
import type { ListedSource } from "../feature-source.ts";
import { openFeatures } from "../features.ts";
import { writeFeatures } from "../hdf5.ts";
import { hdf5Bytes } from "../hdf5-library.ts";

/** Made by h5py 3; deflated, base64. */
const FILES = {
  bottomUp: [
    "eNrtWDtPAkEQ3r3j4obEBHzE8xHBjhKRgk4UMFRC1MIOIb4wGozP67zERjt+AiWltRUlpaUlpaWlne6xO+KeeFxEI8h+4RhmZ7KX",
    "+3Zu+XZu08mVYe+UF1kgBHmQD33EK4ceEH2Ib3GLub3htqrAOG7GdD7u5/Pb8zbWUikr+9UGuE9DYzaEJAYR6dRS1rKb4HNbV8S8",
    "RCaRyV3kDyPh+Wgu/I5opEN8wVbHPuRcv2mV+fuau/qN8QnDcill/Vr1APulJubt7uTPzk92TsEvlIymUzzay11yu09tqXCQK263",
    "6jX4xX3XVzNJjBREIE8V69xex7C/1sbFvCfuE30w1w8jjXGBwWdMYYUNwDbE6fzkq3QHsTL9wQD9j2UrNkHQxBWPa3SFrLiisAkJ",
    "33FUHONLZyfe+GNGzEX6Facfepn0qtCrFm/Fg0mEnhOlket7apdpPDFHfZMT08BifX3YxtvM2fiJeSUkJCQkJCS6BNOV2rsqMf3O",
    "+aA/Q0POeaA/K6POeaB3yyPOeXDeuhvrb13psekZT9e6MkvanxyMHuODCHpOpedv67ePQE3FOzznMRErEFDp03NHt3wY/4wP9lwY",
    "i++L8m1+TCJ2gADlHuWjfX/Kfl7v1J8qT8r+lOxPfe5PhfTf7U/9XV+l3JN9Fbuuepxyp6tM3Z2ueplxp6uept3pKjIrdZVYV9UB",
    "0VV1qasEPh6krnLk57GvdNUbZAC3bQ==",
  ],
  latest: [
    "eNrr9HBx4+WS4mLm4GCAgf9QEAIVMoCKP1dIneTv4RLExFDBJISsEAa4mBgYGRjY+BiAFLOhgcFmqEa4iOEMJjQRo1oWqCIlBiLA",
    "wVfrrxDjBGGQ8RxpqYklpUWpxWaMUO2ODJSDaSGXc8BOYGRgZFRhYGBiYmSE+oqBGUqj85lFGBgFFfih4gIMXKwMXPxAFivQtczc",
    "3DwMjEBDGEAQFBocQmAZZkZGZiZmLieYYRMYBh1YOH//VjdHDxcGRhEumDPjoIylZrI6bo4uTgyMcB9A0xMfkgl8WMQKH3Iokx7J",
    "0sxUjORd06RM6RnJ6iyDN5Jf5j49jB7JzlD3njiqMR0SyTAfyGCJUC0sYuo7H78gPZIZWKkYyS8YMpbQM5J52AZvJP8oOPIePZI1",
    "oO7tzVtVB4lkmA8ssESoGxYxE1P1LwyjYBCDirjkDckWE5axM7CUMU6uiPsdf/bEgQPAlJvNWEOuHABTdbN3",
  ],
} as const;

let folder = "";
const open: ListedSource[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "splits-"));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((source) => source.close()));
  await rm(folder, { recursive: true });
});

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, bytes);
  return file;
}

function bytesOf(name: keyof typeof FILES): Buffer {
  return inflateSync(Buffer.from(FILES[name].join(""), "base64"));
}

async function opened(path: string): Promise<ListedSource> {
  const source = await openFeatures(path);
  open.push(source);
  return source;
}

async function failure(promise: Promise<unknown>): Promise<VlPetError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VlPetError);
  return error as VlPetError;
}

/** One row of features a group, whose value is its place. */
function plainSplit(ids: readonly string[]): Promise<Uint8Array> {
  return hdf5Bytes((root) => {
    ids.forEach((id, i) => {
      root.create_group(id).create_dataset({ name: "features", data: Float32Array.of(i), shape: [1, 1] });
    });
  });
}

interface Boxes {
  readonly boxes?: readonly number[];
  readonly shape?: number[];
  readonly size?: readonly [number, number];
}

/** An image of one region. */
function addBoxed(group: Group, { boxes, shape = [1, 4], size }: Boxes): void {
  group.create_dataset({ name: "features", data: Float32Array.of(1, 2), shape: [1, 2] });
  if (boxes !== undefined) group.create_dataset({ name: "boxes", data: Float32Array.from(boxes), shape });
  if (size === undefined) return;
  group.create_dataset({ name: "img_w", data: Int32Array.of(size[0]), shape: [] });
  group.create_dataset({ name: "img_h", data: Int32Array.of(size[1]), shape: [] });
}

describe("one HDF5 file of many images", () => {
  it("gives the features of each group, and boxes in parts of the image, as made by h5py", async () => {
    const source = await opened(await written("val2014_obj36.h5", bytesOf("bottomUp")));
    expect(source.describe).toContain("HDF5");
    expect(source.ids).toEqual(["COCO_val2014_000000000042", "COCO_val2014_000000000043"]);
    expect(await source.read("COCO_val2014_000000000043")).toEqual({
      rows: 2,
      width: 3,
      values: Float32Array.of(2, 3, 4, 5, 6, 7),
      boxes: Float32Array.of(0, 0, 1, 1, 0, 0.25, 0.5, 1),
    });
    expect(await source.missing(["000000000042", "COCO_val2014_000000000044"])).toEqual([
      "COCO_val2014_000000000044",
    ]);
  });

  it("may be of the latest layout, compressed, float16 and without boxes", async () => {
    const source = await opened(await written("features.hdf5", bytesOf("latest")));
    const features = await source.read("102");
    expect(features).not.toHaveProperty("boxes");
    expect([...features.values]).toEqual([1.5, -2, 0.0999755859375, 65504, 2 ** -24, 0]);
    expect((await source.readStored("100")).words).toBeInstanceOf(Uint16Array);
  });

  it("is one of several in a folder", async () => {
    await written("train.h5", await plainSplit(["a", "b"]));
    await written("valid.h5", await plainSplit(["c", "d", "e"]));
    const source = await opened(folder);
    expect(source.ids).toEqual(["a", "b", "c", "d", "e"]);
    const read = await Promise.all(source.ids.map((id) => source.read(id)));
    expect(read.map(({ values }) => values[0])).toEqual([0, 1, 0, 1, 2]);
    await written("test.h5", await plainSplit(["f", "b"]));
    const error = await failure(openFeatures(folder));
    expect(error.message).toContain("image b is in two files");
    expect(error.parts.where).toBe(join(folder, "train.h5"));
  });

  it("is not mistaken for a folder of one file an image", async () => {
    await writeFeatures(join(folder, "cat.h5"), "cat", { rows: 1, width: 1, values: Float32Array.of(5) });
    await written("owl.h5", Buffer.from("damaged"));
    const source = await opened(folder);
    expect(source.ids).toEqual(["cat", "owl"]);
    expect((await source.read("cat")).values[0]).toBe(5);
    expect((await failure(source.read("owl"))).parts.where).toBe(join(folder, "owl.h5"));
  });

  it("cannot be read once it is closed, and others can", async () => {
    const [first, second] = await Promise.all([
      opened(await written("a.h5", await plainSplit(["a"]))),
      opened(await written("b.h5", await plainSplit(["b"]))),
    ]);
    await first.close();
    await first.close();
    expect((await failure(first.read("a"))).message).toContain("is closed");
    expect((await second.read("b")).values[0]).toBe(0);
  });
});

describe("boxes", () => {
  const good: Boxes = { boxes: [1, 2, 3, 4], size: [10, 8] };
  it.each([
    ["missing", {}, "/b/boxes", "no dataset of numbers"],
    ["of another shape", { boxes: [1, 2], shape: [1, 2], size: [10, 8] }, "/b/boxes", "[1, 2]"],
    ["of unknown proportions", { boxes: [1, 2, 3, 4] }, "/b/img_w", "no dataset of numbers"],
    ["of an image without size", { boxes: [1, 2, 3, 4], size: [0, 8] }, "/b/img_w", "0"],
    ["outside to the right", { boxes: [1, 2, 10.1, 4], size: [10, 8] }, "row 0", "(1, 2, 10.1"],
    ["outside above", { boxes: [1, -0.1, 3, 4], size: [10, 8] }, "row 0", "(1, -0.1"],
    ["no numbers", { boxes: [1, 2, NaN, 4], size: [10, 8] }, "row 0", "(1, 2, NaN, 4)"],
  ] satisfies [string, Boxes, string, string][])(
    "that are %s are refused",
    async (_, boxes, where, received) => {
      const bytes = await hdf5Bytes((root) => {
        addBoxed(root.create_group("a"), good);
        addBoxed(root.create_group("b"), boxes);
      });
      const source = await opened(await written("split.h5", bytes));
      expect((await source.read("a")).boxes).toEqual(Float32Array.of(0.1, 0.25, 0.3, 0.5));
      const error = await failure(source.read("b"));
      expect(error.message).toContain("image b");
      expect(error.parts.where).toContain(where);
      expect(error.parts.received).toContain(received);
    },
  );
});

describe("HDF5 files of many images that cannot be used", () => {
  it("are named: no HDF5, no groups, a group without features, another type", async () => {
    const text = await written("text.h5", Buffer.from("no HDF5 file"));
    expect((await failure(openFeatures(text))).parts.where).toBe(text);
    const empty = await written("empty.h5", Buffer.alloc(0));
    expect((await failure(openFeatures(empty))).parts.where).toBe(empty);
    const bare = await written("bare.h5", await hdf5Bytes(() => undefined));
    expect((await failure(openFeatures(bare))).parts.received).toContain("no group");
    const bytes = await hdf5Bytes((root) => {
      root.create_group("cat").create_dataset({ name: "feature", data: Float32Array.of(1), shape: [1, 1] });
      root.create_group("dog").create_dataset({ name: "features", data: Int32Array.of(1), shape: [1, 1] });
    });
    const source = await opened(await written("odd.h5", bytes));
    expect((await failure(source.read("cat"))).parts).toMatchObject({
      expected: "a dataset /cat/features",
      received: "cat/feature",
    });
    expect((await failure(source.read("dog"))).message).toContain("image dog have another layout");
  });

  it("are an error wherever they are cut short", async () => {
    const whole = Buffer.from(await plainSplit(["a", "b", "c"]));
    const file = join(folder, "cut.h5");
    for (let length = 0; length < whole.length; length += 61) {
      await writeFile(file, whole.subarray(0, length));
      expect(await failure(openFeatures(file))).toMatchObject({ kind: "data", parts: { where: file } });
    }
  });

  it("are an error where they are cut short while they are open", async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `image${i}`);
    const file = await written("open.h5", await plainSplit(ids));
    const source = await opened(file);
    await writeFile(file, (await readFile(file)).subarray(0, 3000));
    const outcomes = await Promise.all(ids.map((id) => source.read(id).catch((error: unknown) => error)));
    const errors = outcomes.filter((outcome) => outcome instanceof Error);
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) expect(error).toMatchObject({ kind: "data", parts: { where: file } });
  });

  it("give features or a clear error, never a crash, when bytes are flipped", async () => {
    const random = new RandomStream(11, "flips");
    const file = join(folder, "flipped.h5");
    let failures = 0;
    for (let round = 0; round < 150; round++) {
      const bytes = bytesOf("bottomUp");
      for (let i = 0; i < 12; i++) bytes[random.integer(bytes.length)] = random.integer(256);
      await writeFile(file, bytes);
      const source = await openFeatures(file).catch((error: unknown) => error as VlPetError);
      const outcomes = source instanceof Error ? [source] : await readAll(source);
      for (const error of outcomes) {
        if (!(error instanceof Error)) continue;
        expect(error).toMatchObject({ name: "VlPetError", kind: "data" });
        failures += 1;
      }
    }
    expect(failures).toBeGreaterThan(30);
  });
});

async function readAll(source: ListedSource): Promise<unknown[]> {
  const outcomes = await Promise.all(
    source.ids.map((id) => source.read(id).catch((error: unknown) => error)),
  );
  await source.close();
  return outcomes;
}
