import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VlPetError } from "../../error.ts";
import { RandomStream } from "../../random.ts";
import { type Features, listedSource, type ListedSource } from "../feature-source.ts";
import { openFeatures } from "../features.ts";
import { float16Value } from "../float16.ts";
import { KERNEL_WORDS } from "../widen-kernel.ts";
import { packFeatures } from "./pack.ts";
import { openPackedStore } from "./packed-store.ts";
import { verifyPacked } from "./verify.ts";

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "packed-"));
  file = join(folder, "store.vlpack");
});
afterEach(() => rm(folder, { recursive: true }));

/** Features in memory. */
function sourceOf(items: Readonly<Record<string, Features>>): ListedSource {
  return listedSource({
    describe: "made up features",
    where: "memory",
    entries: new Map(Object.entries(items)),
    fileOf: () => "memory",
    readStored: (_id, { values, ...shape }) => ({ ...shape, words: values }),
  });
}

/** Random rows of multiples of 1/64, which are exact in float16. */
function exact(rows: number, width: number, seed = 1): Features {
  const random = new RandomStream(seed, "rows");
  return {
    rows,
    width,
    values: Float32Array.from({ length: rows * width }, () => (random.integer(4001) - 2000) / 64),
  };
}

/** What a failing piece of work throws. */
function thrown(work: () => unknown): VlPetError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(VlPetError);
    return error as VlPetError;
  }
  throw new Error("nothing was thrown");
}

describe("a packed store", () => {
  const clips = { "a.b": exact(5, 8), COCO_val2014_000000000042: exact(1, 8, 2), c: exact(9, 8, 3) };

  it.each(["float16", "float32"] as const)("gives back items of any number of rows in %s", async (dtype) => {
    await packFeatures(sourceOf(clips), file, { dtype });
    const store = openPackedStore(file);
    expect(store.layout).toEqual({ dtype, width: 8, hasBoxes: false });
    expect(store.ids).toEqual(Object.keys(clips));
    for (const [id, features] of Object.entries(clips)) {
      expect(store.read(id)).toEqual(features);
      expect(store.rowsOf(id)).toBe(features.rows);
      const { words } = store.readStored(id);
      const values = dtype === "float16" ? Float32Array.from(words, float16Value) : words;
      expect(values).toEqual(features.values);
    }
    store.close();
    store.close();
    expect(thrown(() => store.read("c")).parts.received).toContain("is closed");
  });

  it("puts items into their place in a batch", async () => {
    await packFeatures(sourceOf(clips), file);
    const store = openPackedStore(file);
    const batch = new Float32Array(16 * 8).fill(9);
    expect(store.readInto("c", batch, 8)).toBe(9);
    expect(batch.subarray(8, 80)).toEqual(clips.c.values);
    expect([batch[7], batch[80]]).toEqual([9, 9]);
    expect(() => store.readInto("c", batch, 8 * 8)).toThrow(RangeError);
    expect(() => store.readInto("c", batch, -1)).toThrow(RangeError);
    const words = new Uint16Array(16 * 8).fill(9);
    expect(store.readStoredInto("c", words, 8)).toBe(9);
    expect(Float32Array.from(words.subarray(8, 80), float16Value)).toEqual(clips.c.values);
    expect([words[7], words[80]]).toEqual([9, 9]);
    expect(() => store.readStoredInto("c", words, 8 * 8)).toThrow(RangeError);
    expect(() => store.readStoredInto("c", batch, 0)).toThrow("cannot be put into a Float32Array");
    store.close();
  });

  it("holds items that are longer than what is widened at once", async () => {
    const long = exact(1, KERNEL_WORDS + 20_003);
    await packFeatures(sourceOf({ long }), file);
    const store = openPackedStore(file);
    const { values } = store.read("long");
    expect(Buffer.compare(Buffer.from(values.buffer), Buffer.from(long.values.buffer))).toBe(0);
    store.close();
  });

  it("keeps boxes", async () => {
    const boxed = { a: { ...exact(2, 3), boxes: Float32Array.of(0, 0, 1, 1, 0.1, 0.2, 0.3, 0.4) } };
    for (const dtype of ["float16", "float32"] as const) {
      const named = join(folder, `${dtype}.vlpack`);
      await packFeatures(sourceOf(boxed), named, { dtype });
      const store = openPackedStore(named);
      expect(store.layout.hasBoxes).toBe(true);
      expect(store.read("a")).toEqual(boxed.a);
      expect(store.readStored("a").boxes).toEqual(boxed.a.boxes);
      store.close();
    }
  });

  it("is a source of features, alone and with others in a folder", async () => {
    await packFeatures(sourceOf(clips), file);
    const source = await openFeatures(file, { width: 8 });
    expect(await source.read("COCO_train2014_000000000042")).toEqual(clips["COCO_val2014_000000000042"]);
    expect(await source.missing(["c", "d"])).toEqual(["d"]);
    await expect(source.read("d")).rejects.toThrow("there is nothing for image d");
    const narrow = await openFeatures(file, { width: 7 });
    await expect(narrow.read("c")).rejects.toThrow("wrong width");
    await packFeatures(sourceOf({ d: exact(2, 8) }), join(folder, "more.vlpack"));
    const both = await openFeatures(folder);
    expect(both.ids).toEqual(["d", ...Object.keys(clips)]);
    expect(await both.read("d")).toEqual(exact(2, 8));
    await packFeatures(sourceOf({ c: exact(2, 8) }), join(folder, "twice.vlpack"));
    await expect(openFeatures(folder)).rejects.toThrow("image c is in two stores");
    await Promise.all([source.close(), narrow.close(), both.close()]);
  });
});

describe("a packed store that is damaged", () => {
  const items = Object.fromEntries(
    Array.from({ length: 8 }, (_, i) => [`image${i}`, exact(3, 16, i)] as const),
  );
  beforeEach(async () => {
    await packFeatures(sourceOf(items), file);
  });

  it("is an error wherever it is cut short, and with anything behind it", async () => {
    const whole = await readFile(file);
    for (let length = 0; length < whole.length; length += 97) {
      await writeFile(file, whole.subarray(0, length));
      const error = thrown(() => openPackedStore(file));
      expect(error).toMatchObject({ kind: "data", parts: { where: file } });
    }
    await writeFile(file, Buffer.concat([whole, Buffer.from("x")]));
    expect(thrown(() => openPackedStore(file)).parts.received).toBe(
      `${whole.length + 1} bytes instead of ${whole.length}`,
    );
  });

  it("is an error to open when header or index have changed", async () => {
    const whole = await readFile(file);
    const indexAt = whole.readDoubleLE(24);
    for (const at of [0, 8, 12, 20, 40, 64, indexAt, indexAt + 100, whole.length - 1]) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 4;
      await writeFile(file, bytes);
      expect(thrown(() => openPackedStore(file))).toMatchObject({ kind: "data", parts: { where: file } });
    }
  });

  it("is found out by its hashes when an item has changed", async () => {
    expect(await verifyPacked(file)).toEqual({ count: 8, byteLength: (await readFile(file)).length });
    const bytes = await readFile(file);
    bytes[4096 + 100 * 2] = 77; // in the third item: each takes 96 bytes of 128
    bytes[4096 + 5 * 128] = 77;
    await writeFile(file, bytes);
    await expect(verifyPacked(file)).rejects.toMatchObject({
      kind: "data",
      parts: { where: file, received: "image1, image5" },
    });
    await expect(verifyPacked(file)).rejects.toThrow("2 of 8 images are damaged");
  });

  it("does not give infinities as numbers", async () => {
    const bytes = await readFile(file);
    bytes.writeUInt16LE(0x7c00, 4096);
    await writeFile(file, bytes);
    const store = openPackedStore(file);
    expect(thrown(() => store.read("image0")).parts.received).toContain("image image0");
    expect(store.read("image1")).toEqual(items["image1"]);
    store.close();
  });

  it("is an error where it is cut short while it is open", async () => {
    const store = openPackedStore(file);
    await truncate(file, 4096 + 3 * 128);
    expect(store.read("image2")).toEqual(items["image2"]);
    expect(thrown(() => store.read("image3")).message).toContain("cut short");
    expect(thrown(() => store.readStored("image7"))).toMatchObject({ kind: "data", parts: { where: file } });
    store.close();
  });

  it("is not a file that is missing, empty or something else", async () => {
    expect(thrown(() => openPackedStore(join(folder, "none.vlpack"))).message).toContain("cannot be opened");
    await writeFile(file, "");
    expect(thrown(() => openPackedStore(file)).parts.received).toBe("an empty file");
    await writeFile(file, "x".repeat(5000));
    expect(thrown(() => openPackedStore(file)).parts.received).toContain("5000 bytes that begin with 7878");
  });

  it("is checked until it is interrupted", async () => {
    const reason = new VlPetError("interrupted", "stop");
    await expect(verifyPacked(file, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
