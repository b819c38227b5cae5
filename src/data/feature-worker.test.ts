import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VlPetError } from "../error.ts";
import { failureMessage, failureOf } from "./feature-messages.ts";
import { type Features, type ListedSource, listedSource } from "./feature-source.ts";
import { prefetchedFeatures } from "./feature-worker.ts";
import { openFeatures } from "./features.ts";
import { packFeatures } from "./packed/pack.ts";
import { writeFeatures } from "./hdf5.ts";
import { PATCH_WIDTH, patchFeatures } from "./patch-features.ts";

let folder = "";
const open: ListedSource[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "worker-"));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((source) => source.close()));
  await rm(folder, { recursive: true });
});

async function opened(...args: Parameters<typeof prefetchedFeatures>): Promise<ListedSource> {
  const source = await prefetchedFeatures(...args);
  open.push(source);
  return source;
}

const boxed: Features = {
  rows: 2,
  width: 3,
  values: Float32Array.of(1, 2, 3, 4, 5, 6),
  boxes: Float32Array.of(0, 0, 1, 1, 0, 0.5, 0.5, 1),
};

describe("prefetchedFeatures", () => {
  it("gives what the source gives in this thread", async () => {
    const made = listedSource({
      describe: "made up",
      where: "memory",
      entries: new Map([["cat", boxed]]),
      fileOf: () => "memory",
      readStored: (_id, { values, ...shape }) => ({ ...shape, words: values }),
    });
    const file = join(folder, "store.vlpack");
    await packFeatures(made, file);
    const [here, there] = [await openFeatures(file), await opened(file, { width: 3 })];
    expect(there.describe).toBe(here.describe);
    expect(there.ids).toEqual(["cat"]);
    expect(await there.read("cat")).toEqual(boxed);
    expect(await there.readStored("cat")).toEqual(await here.readStored("cat"));
    expect(await there.missing(["dog", "cat", "dog"])).toEqual(["dog"]);
    await here.close();
  });

  it("answers many reads that were asked for at once", async () => {
    const names = Array.from({ length: 30 }, (_, i) => `image${i}`);
    for (const [i, name] of names.entries()) {
      const features = { rows: 1, width: 1, values: Float32Array.of(i) };
      await writeFeatures(join(folder, `${name}.h5`), name, features);
    }
    const source = await opened(folder);
    const read = await Promise.all(names.map((name) => source.read(name)));
    expect(read.map(({ values }) => values[0])).toEqual(names.map((_, i) => i));
  });

  it("keeps kind and parts of errors", async () => {
    await writeFile(join(folder, "cat.h5"), "no HDF5 file");
    await writeFeatures(join(folder, "dog.h5"), "dog", {
      rows: 1,
      width: 2,
      values: Float32Array.of(1, NaN),
    });
    const [here, there] = [await openFeatures(folder), await opened(folder)];
    for (const id of ["cat", "dog", "owl"]) {
      const [expected, received] = await Promise.all([failure(here.read(id)), failure(there.read(id))]);
      expect(received).toMatchObject({ kind: expected.kind, message: expected.message });
      const { cause: _cause, ...parts } = expected.parts;
      expect(received.parts).toMatchObject(parts);
    }
    const nowhere = join(folder, "nowhere");
    expect(await failure(prefetchedFeatures(nowhere))).toMatchObject({
      kind: "data",
      parts: { where: nowhere },
    });
  });

  it("keeps what was read, if it is asked to", async () => {
    const features = { rows: 1, width: 1, values: Float32Array.of(5) };
    await writeFeatures(join(folder, "cat.h5"), "cat", features);
    const source = await opened(folder, { cacheBytes: 1000 });
    await source.read("cat");
    await rm(join(folder, "cat.h5"));
    expect(await source.read("cat")).toEqual(features);
  });

  it("reads photos by the encoder that is named, and refuses them without one", async () => {
    const photo = join(folder, "cat.png");
    await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } }).toFile(photo);
    expect((await failure(prefetchedFeatures(folder))).kind).toBe("config");
    const source = await opened(folder, { photos: { kind: "patches" }, width: PATCH_WIDTH });
    const { rows, width, values } = await patchFeatures(photo);
    expect(await source.read("cat")).toEqual({ rows, width, values });
  });

  it("rejects what is asked after it was closed", async () => {
    await writeFeatures(join(folder, "cat.h5"), "cat", { rows: 1, width: 1, values: Float32Array.of(5) });
    const source = await opened(folder);
    await source.close();
    await source.close();
    expect((await failure(source.read("cat"))).kind).toBe("session");
  });
});

async function failure(promise: Promise<unknown>): Promise<VlPetError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VlPetError);
  return error as VlPetError;
}

describe("errors between threads", () => {
  it("are the same behind as before", () => {
    const error = new VlPetError("shape", "too wide", {
      where: "cat.h5",
      fix: "narrow it",
      cause: new Error("x"),
    });
    const back = failureOf(structuredClone(failureMessage(error))) as VlPetError;
    expect(back).toBeInstanceOf(VlPetError);
    expect(back).toMatchObject({
      kind: "shape",
      summary: "too wide",
      message: error.message,
      parts: { fix: "narrow it" },
    });
    expect((back.cause as Error).message).toBe("x");
    const odd = new VlPetError("data", "odd", { cause: () => 1 });
    expect(typeof (failureOf(structuredClone(failureMessage(odd))) as VlPetError).cause).toBe("string");
    const plain = failureOf(structuredClone(failureMessage(new RangeError("far out"))));
    expect(plain.message).toBe("far out");
    expect(failureOf(failureMessage("words")).message).toBe("words");
  });
});
