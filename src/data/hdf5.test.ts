import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../random.ts";
import { VlPetError } from "../error.ts";
import { hdf5Bytes } from "./hdf5-library.ts";
import { readFeatures, readStoredFeatures, writeFeatures } from "./hdf5.ts";

const rows = 9;
const width = 16;
const values = Float32Array.from({ length: rows * width }, (_, i) => Math.fround(i / 7 - 3));

let folder = "";
let good = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hdf5-"));
  good = join(folder, "cat.h5");
  await writeFeatures(good, "cat", { rows, width, values });
});
afterAll(() => rm(folder, { recursive: true }));

function fileOf(name: string): string {
  return join(folder, `${name}.h5`);
}

async function failure(promise: Promise<unknown>): Promise<VlPetError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VlPetError);
  return error as VlPetError;
}

describe("readFeatures and writeFeatures", () => {
  it("give back the numbers that were written, and leave no temporary file", async () => {
    expect(await readFeatures(good, "cat")).toEqual({ rows, width, values });
    expect(await readdir(folder)).toEqual(["cat.h5"]);
  });

  it("store halves where they are wanted, whatever the shape", async () => {
    for (const [many, wide] of [
      [rows, width],
      [1, 1],
      [3, 5],
      [49, 64],
    ] as const) {
      const halves = Float32Array.from({ length: many * wide }, (_, i) => (i % 2048) / 8 - 100);
      const features = { rows: many, width: wide, values: halves };
      await writeFeatures(fileOf("half"), "half", features, "float16");
      expect(await readFeatures(fileOf("half"), "half")).toEqual(features);
      const { words } = await readStoredFeatures(fileOf("half"), "half");
      expect(words).toBeInstanceOf(Uint16Array);
      const { length } = await readFile(fileOf("half"));
      await writeFeatures(fileOf("half"), "half", features);
      expect((await readFile(fileOf("half"))).length - length).toBe(words.byteLength);
    }
    await rm(fileOf("half"));
  });

  it("refuse to store as halves what they cannot hold", async () => {
    const large = { rows: 1, width: 2, values: Float32Array.of(1, 65520) };
    const error = await failure(writeFeatures(fileOf("large"), "large", large, "float16"));
    expect(error).toMatchObject({ kind: "data", parts: { where: fileOf("large"), received: "65520" } });
  });

  it("replace an existing file as a whole", async () => {
    const file = join(folder, "again.h5");
    await writeFeatures(file, "again", { rows, width, values });
    await writeFeatures(file, "again", { rows: 1, width: 2, values: Float32Array.of(5, 6) });
    expect(await readFeatures(file, "again")).toEqual({ rows: 1, width: 2, values: Float32Array.of(5, 6) });
  });

  it("read many files at once without mixing them up", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `image-${i}`);
    await Promise.all(
      names.map((name, i) =>
        writeFeatures(fileOf(name), name, { rows: 1, width: 1, values: Float32Array.of(i) }),
      ),
    );
    const read = await Promise.all(names.map((name) => readFeatures(fileOf(name), name)));
    expect(read.map((features) => features.values[0])).toEqual(names.map((_, i) => i));
  });

  it("refuse values that do not fill the shape, and ids that cannot name a group", async () => {
    const shape = await failure(
      writeFeatures(good, "cat", { rows: 2, width: 2, values: Float32Array.of(1) }),
    );
    expect(shape.kind).toBe("shape");
    const slash = await failure(
      writeFeatures(good, "a/b", { rows: 1, width: 1, values: Float32Array.of(1) }),
    );
    expect(slash.message).toContain('"a/b"');
    expect(await readFeatures(good, "cat")).toEqual({ rows, width, values });
  });

  it("name the file when the folder to write to is missing", async () => {
    const file = join(folder, "nowhere", "x.h5");
    const error = await failure(writeFeatures(file, "x", { rows: 1, width: 1, values: Float32Array.of(1) }));
    expect(error).toMatchObject({ kind: "data", parts: { where: file } });
  });
});

/** Files made by h5py from the float16 rows [1.5, -2, 0.1], [65504, 6e-8, 0]; deflated, base64. */
const HALF_FILES = {
  "the earliest layout": [
    "eNrr9HBx4+WS4mIAAQ4OBhYGAQZk8B8KejhR+TD5BCjNCKU7oPQKJpg4I1hOAiouCDUfXV1IkKsrSPV/NACz5wErhOZgGAUjEXi4OgaA6AgoH5ZK",
    "TzChqktOLEFJjx4U2osr/XowQ/gZrMSlXwuO0fQ7mn4R6ReWnjpYUdWlpSaWlBalFjOglasOZNob7OfvAkrBsHSnwIxqLno6HgW4ygFWSJgxwvga",
    "EJoJIgArhqDBicFnBsY4SKWgAj9UToCBi5WBix8qzwqMIZA8ExPEQA5oCmFmbIDWvDxoLqoY0PBAT1ca7KNphCxgx3AgTe9/NSjSAYzBS+c=",
  ],
  "the latest layout": [
    "eNrr9HBx4+WS4mLm4GCAgf9QwAMVMoCKGzw7csnfwyWIiaGCSQhZIQxwMTEwMjCw8TEAKebkxJLNMBPdGKgEtt1520mME4RBTuBIS00sKS1KLTZj",
    "hGp3pIITpoVczgE7gZGBkVGFgYGJiZGRCSrHDKXR+cwiDIyCCvxQcQEGLlYGLn4gixXoWmYuDqBPmIHOhajlgVm0gGHQAxu+aYoMo2AUjIJRMAqG",
    "IrBjOJCm978aVEMCAAXvQmI=",
  ],
};

describe("readFeatures of float16 files made elsewhere", () => {
  it.each(Object.entries(HALF_FILES))("reads %s", async (name, lines) => {
    await writeFile(fileOf(name), inflateSync(Buffer.from(lines.join(""), "base64")));
    const features = await readFeatures(fileOf(name), "cat");
    expect(features).toMatchObject({ rows: 2, width: 3 });
    expect([...features.values]).toEqual([1.5, -2, 0.0999755859375, 65504, 2 ** -24, 0]);
  });
});

describe("readFeatures of broken files", () => {
  it("names image and file when the file is missing", async () => {
    const file = join(folder, "dog.h5");
    const error = await failure(readFeatures(file, "dog"));
    expect(error).toMatchObject({ kind: "data", parts: { where: file } });
    expect(error.message).toContain("image dog");
  });

  it("says which dataset it wanted when the file is about another image", async () => {
    const error = await failure(readFeatures(good, "dog"));
    expect(error.parts).toMatchObject({
      where: good,
      expected: "a dataset /dog/features",
      received: "cat, cat/features",
    });
  });

  it("refuses other types and other shapes", async () => {
    const file = join(folder, "layouts.h5");
    const bytes = await hdf5Bytes((root) => {
      root.create_group("int").create_dataset({ name: "features", data: Int32Array.of(1, 2), shape: [1, 2] });
      root
        .create_group("cube")
        .create_dataset({ name: "features", data: Float32Array.of(1), shape: [1, 1, 1] });
      root.create_group("group").create_group("features");
    });
    await writeFile(file, bytes);
    for (const id of ["int", "cube", "group"]) {
      expect(await failure(readFeatures(file, id))).toMatchObject({ kind: "data" });
    }
    expect((await failure(readFeatures(file, "cube"))).parts.received).toContain("[1, 1, 1]");
  });

  it("is an error at every length the file may be cut to, and the next file still reads", async () => {
    const whole = await readFile(good);
    const file = join(folder, "cut.h5");
    for (let length = 0; length < whole.length; length += 97) {
      await writeFile(file, whole.subarray(0, length));
      expect(await failure(readFeatures(file, "cat"))).toMatchObject({
        kind: "data",
        parts: { where: file },
      });
    }
    await writeFile(file, whole.subarray(0, whole.length - 1));
    expect((await failure(readFeatures(file, "cat"))).parts.received).toContain("truncated file");
    expect(await readFeatures(good, "cat")).toEqual({ rows, width, values });
  });

  it("gives features or a clear error, never a crash, when bytes are flipped", async () => {
    const whole = await readFile(good);
    const file = join(folder, "flipped.h5");
    const random = new RandomStream(7, "flips");
    let failures = 0;
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(whole);
      for (let i = 0; i < 4; i++)
        bytes[random.integer(whole.length - values.byteLength)] = random.integer(256);
      await writeFile(file, bytes);
      const outcome = await readFeatures(file, "cat").catch((error: unknown) => error);
      if (outcome instanceof Error) {
        expect(outcome).toMatchObject({ name: "VlPetError", kind: "data" });
        failures += 1;
      }
    }
    expect(failures).toBeGreaterThan(30);
    expect(await readFeatures(good, "cat")).toEqual({ rows, width, values });
  });
});
