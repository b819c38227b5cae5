import { existsSync } from "node:fs";
import { appendFile, copyFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VlPetError } from "../../error.ts";
import { type Features, listedSource, type ListedSource } from "../feature-source.ts";
import { writeFeatures } from "../hdf5.ts";
import { openFeatures } from "../features.ts";
import { packFeatures, type PackProgress } from "./pack.ts";
import { openPackedStore } from "./packed-store.ts";
import { verifyPacked } from "./verify.ts";

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pack-"));
  file = join(folder, "store.vlpack");
});
afterEach(() => rm(folder, { recursive: true }));

const COUNT = 12;
const IDS = Array.from({ length: COUNT }, (_, i) => `image${i}`);

/** Rows of `i` and more. */
function featuresOf(i: number): Features {
  const rows = 1 + (i % 3);
  return { rows, width: 4, values: Float32Array.from({ length: rows * 4 }, (_, at) => i + at / 8) };
}

interface Watched {
  readonly source: ListedSource;
  /** What was read. */
  readonly log: string[];
}

/** Features in memory; `change` may replace those of an image or fail. */
function watched(change: (id: string, features: Features) => Features = (_, same) => same): Watched {
  const log: string[] = [];
  const source = listedSource({
    describe: "made up features",
    where: "memory",
    entries: new Map(IDS.map((id, i) => [id, featuresOf(i)])),
    fileOf: () => "memory",
    readStored(id, features) {
      log.push(id);
      const { values, ...shape } = change(id, features);
      return { ...shape, words: values };
    },
  });
  return { source, log };
}

async function expectComplete(): Promise<void> {
  expect(await verifyPacked(file)).toMatchObject({ count: COUNT });
  const store = openPackedStore(file);
  for (const [i, id] of IDS.entries()) expect(store.read(id)).toEqual(featuresOf(i));
  store.close();
  expect(await readdir(folder)).toEqual(["store.vlpack"]);
}

async function failure(promise: Promise<unknown>): Promise<VlPetError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VlPetError);
  return error as VlPetError;
}

/** Packs until `count` items are there, and stops. */
async function stoppedAfter(count: number): Promise<void> {
  const controller = new AbortController();
  const reason = new VlPetError("interrupted", "stop");
  const onProgress = ({ done }: PackProgress): void => {
    if (done === count) controller.abort(reason);
  };
  const { source } = watched();
  const work = packFeatures(source, file, { signal: controller.signal, onProgress });
  await expect(work).rejects.toBe(reason);
  expect(existsSync(file)).toBe(false);
}

/** As if nothing had been brought to the disk. */
async function withoutSyncLines(): Promise<void> {
  const lines = (await readFile(`${file}.part.jsonl`, "utf8")).split("\n");
  const rest = lines.filter((line) => !line.includes("synced"));
  expect(rest.length).toBeLessThan(lines.length);
  await writeFile(`${file}.part.jsonl`, rest.join("\n"));
}

/** Features of which those of image5 are changed. */
function bad(change: (features: Features) => Features): ListedSource {
  return watched((id, features) => (id === "image5" ? change(features) : features)).source;
}

describe("packFeatures", () => {
  it("writes everything, says how far it is, and leaves nothing else", async () => {
    const shown: PackProgress[] = [];
    const { source, log } = watched();
    const report = await packFeatures(source, file, { onProgress: (progress) => shown.push(progress) });
    expect(report).toMatchObject({ file, count: COUNT, width: 4, dtype: "float16", resumed: 0 });
    expect(report.byteLength).toBe((await readFile(file)).length);
    expect(shown.map(({ done }) => done)).toEqual(Array.from({ length: COUNT + 1 }, (_, i) => i));
    expect(shown.at(-1)?.total).toBe(COUNT);
    expect(log).toEqual(IDS);
    await expectComplete();
  });

  it("takes several sources, which may be of different formats", async () => {
    await writeFeatures(join(folder, "cat.h5"), "cat", featuresOf(3));
    const files = await openFeatures(folder);
    await packFeatures([files, watched().source], file);
    const store = openPackedStore(file);
    expect(store.ids).toEqual(["cat", ...IDS]);
    expect(store.read("cat")).toEqual(featuresOf(3));
    store.close();
  });

  it("does nothing when the store is there already, and tells when it is another one", async () => {
    await packFeatures(watched().source, file);
    const { source, log } = watched();
    expect(await packFeatures(source, file)).toMatchObject({ count: COUNT, resumed: COUNT });
    expect(log).toEqual([]);
    const wide = await failure(packFeatures(source, file, { dtype: "float32" }));
    expect(wide.message).toContain("exists and holds other features");
  });

  it("gives the same bytes whether it was stopped or not", async () => {
    await packFeatures(watched().source, file);
    const whole = await readFile(file);
    await rm(file);
    await stoppedAfter(5);
    await stoppedAfter(9);
    await packFeatures(watched().source, file);
    expect((await readFile(file)).equals(whole)).toBe(true);
  });
});

describe("packFeatures after it was stopped", () => {
  it("goes on where it was", async () => {
    await stoppedAfter(7);
    const { source, log } = watched();
    expect(await packFeatures(source, file)).toMatchObject({ count: COUNT, resumed: 7 });
    expect(log).toEqual(IDS.slice(7));
    await expectComplete();
  });

  it("goes on from whatever the end of the process left of its files", async () => {
    await stoppedAfter(8);
    const [data, journal] = [`${file}.part`, `${file}.part.jsonl`];
    const kept = { data: await readFile(data), journal: await readFile(journal) };
    // Lines are written after their data; a line may be cut off, and data may be there without a line.
    for (let length = 0; length <= kept.journal.length; length += 11) {
      await writeFile(data, kept.data);
      await writeFile(journal, kept.journal.subarray(0, length));
      const { source, log } = watched();
      const { resumed } = await packFeatures(source, file);
      const lines = kept.journal.subarray(0, length).toString().split("\n").slice(1, -1);
      expect(resumed).toBe(lines.filter((line) => line.startsWith("[")).length);
      expect(log).toEqual(IDS.slice(resumed));
      await expectComplete();
      await rm(file);
    }
  });

  it("goes on when the index was written already, but the name was not given", async () => {
    await packFeatures(watched().source, file);
    await copyFile(file, join(folder, "kept"));
    await rm(file);
    await stoppedAfter(COUNT - 1);
    await copyFile(join(folder, "kept"), `${file}.part`);
    await rm(join(folder, "kept"));
    expect(await packFeatures(watched().source, file)).toMatchObject({ resumed: COUNT - 1 });
    await expectComplete();
  });

  it("removes the journal that was left when the name had been given", async () => {
    await stoppedAfter(3);
    const journal = await readFile(`${file}.part.jsonl`);
    await packFeatures(watched().source, file);
    await writeFile(`${file}.part.jsonl`, journal);
    await packFeatures(watched().source, file);
    await expectComplete();
  });

  it("begins again when the data was removed", async () => {
    await stoppedAfter(3);
    await rm(`${file}.part`);
    expect(await packFeatures(watched().source, file)).toMatchObject({ resumed: 0 });
    await expectComplete();
  });

  it("forgets what did not reach the disk", async () => {
    await stoppedAfter(6);
    await withoutSyncLines();
    await truncate(`${file}.part`, 4096 + 3 * 64 + 1); // three items take a unit of 64 bytes each, the rest is lost
    expect(await packFeatures(watched().source, file)).toMatchObject({ resumed: 3 });
    await expectComplete();
  });

  it("refuses data that was safe and is damaged now", async () => {
    await stoppedAfter(6);
    const data = await readFile(`${file}.part`);
    await writeFile(`${file}.part`, data.fill(1, 4096));
    const error = await failure(packFeatures(watched().source, file));
    expect(error.message).toContain("what an earlier run packed is damaged");
    expect(error.parts.received).toContain("image0");
  });

  it("refuses to mix it with other images or another precision", async () => {
    await stoppedAfter(6);
    const wide = await failure(packFeatures(watched().source, file, { dtype: "float32" }));
    expect(wide.parts).toMatchObject({ where: `${file}.part`, received: "images in float16" });
    await writeFeatures(join(folder, "cat.h5"), "cat", featuresOf(3));
    const cat = await openFeatures(join(folder, "cat.h5"));
    const other = await failure(packFeatures(cat, file));
    expect(other.parts.received).toBe("image image0, which no source has");
    await cat.close();
  });

  it("notices another process that packs into the same file", async () => {
    const { source } = watched();
    const work = packFeatures(source, file, {
      onProgress({ done }) {
        if (done === 4) void appendFile(`${file}.part.jsonl`, "[]\n");
      },
    });
    expect((await failure(work)).message).toContain("another process");
    await packFeatures(watched().source, file);
    await expectComplete();
  });
});

describe("packFeatures refuses", () => {
  it.each([
    ["what is beyond float16", (f: Features) => ({ ...f, values: f.values.with(2, 65520) }), "65520"],
    ["NaN", (f: Features) => ({ ...f, values: f.values.with(2, NaN) }), "NaN"],
    ["infinities", (f: Features) => ({ ...f, values: f.values.with(2, -Infinity) }), "-Infinity"],
    ["another width", (f: Features) => ({ ...f, width: 2, rows: f.rows * 2 }), "2"],
    ["values that do not fill the shape", (f: Features) => ({ ...f, rows: 9 }), "12 values"],
  ])("%s, naming the image, and goes on once it is repaired", async (_, change, received) => {
    const error = await failure(packFeatures(bad(change), file));
    expect(error.kind).toBe("data");
    expect(error.message).toContain("image image5");
    expect(error.parts.received).toBe(received);
    expect(await packFeatures(watched().source, file)).toMatchObject({ resumed: 5 });
    await expectComplete();
  });

  it("boxes for some images only, or of another number", async () => {
    const boxes = new Float32Array(12);
    const some = await failure(
      packFeatures(
        bad((features) => ({ ...features, boxes })),
        file,
      ),
    );
    expect(some.message).toContain("image image5 has 3 boxes");
    const other = join(folder, "other.vlpack");
    const few = watched((_, features) => ({ ...features, boxes: new Float32Array(4) })).source;
    expect((await failure(packFeatures(few, other))).message).toContain("image image1 has 1 boxes");
  });

  it("an image of two sources, ids with line feeds, nothing, and other names of files", async () => {
    const { source } = watched();
    const twice = await failure(packFeatures([source, watched().source], file));
    expect(twice.message).toContain("image image0 is in two sources");
    const feed = await failure(packFeatures({ ...source, ids: ["a\nb"] }, file));
    expect(feed.parts.received).toBe('"a\\nb"');
    expect((await failure(packFeatures([], file))).message).toContain("no features to pack");
    const name = await failure(packFeatures(source, join(folder, "store.bin")));
    expect(name).toMatchObject({ kind: "config" });
    const nowhere = await failure(packFeatures(source, join(folder, "none", "store.vlpack")));
    expect(nowhere.message).toContain("cannot be written");
    expect(await readdir(folder)).toEqual([]);
  });
});
