import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VISION_CASES } from "../../../test/contract/vision-cases.ts";
import { writeDecoder, writePhotos, writeVision } from "../../../test/vision-files.ts";
import { hdf5Features, readFeatures, type Features } from "../../data/index.ts";
import { normalizeInto, squarePixels } from "../../data/images/clip-pixels.ts";
import { readPhoto } from "../../data/images/read-photo.ts";
import { widenFloat16 } from "../../data/float16.ts";
import { npyFeatures } from "../../data/npy.ts";
import { npzArray } from "../../data/npz.ts";
import { VlPetError } from "../../error.ts";
import { visionSession } from "../vision-session.ts";
import { extractFeatures, type FeatureExtraction } from "./extract-features.ts";

let root = "";
const at = (...names: readonly string[]): string => join(root, ...names);
const PHOTOS = ["a.jpg", "b.c.png", "d.jpg", "e.webp", "f.jpg"];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "extract-"));
  await writeVision(at("resnet.safetensors"), VISION_CASES["clip-resnet"].config);
  await writeVision(at("vit.safetensors"), VISION_CASES["clip-vit"].config);
  await writePhotos(at("photos"), PHOTOS);
  await writePhotos(at("frames", "clip"), ["9.png", "10.png", "1.png"]);
  await writeDecoder(at("ffmpeg"));
  await mkdir(at("videos"));
  await writeFile(at("videos", "long.v2.mp4"), JSON.stringify({ seconds: 4.5, frames: 3, code: 0 }));
  await writeFile(at("videos", "short.mkv"), JSON.stringify({ seconds: 1.2, frames: 2, code: 0 }));
});
afterAll(() => rm(root, { recursive: true }));

/** Grids of photos by the tiny ResNet. */
function grids(output: string, more: Partial<FeatureExtraction> = {}): FeatureExtraction {
  const [input, model] = [at("photos"), at("resnet.safetensors")];
  return { input, model, output: at(output), imageSize: 64, threads: 1, batchSize: 2, ...more };
}

/** Pooled rows of clips by the tiny transformer. */
function rows(input: string, output: string, more: Partial<FeatureExtraction> = {}): FeatureExtraction {
  const [model, ffmpeg] = [at("vit.safetensors"), at("ffmpeg")];
  return { input: at(input), model, output: at(output), ffmpeg, threads: 1, batchSize: 2, ...more };
}

/** What the encoder makes of one photo by itself. */
async function alone(file: string): Promise<Float32Array> {
  const session = await visionSession({
    file: at("resnet.safetensors"),
    output: "grid",
    imageSize: 64,
    threads: 1,
  });
  const pixels = new Float32Array(3 * 64 * 64);
  normalizeInto(squarePixels((await readPhoto(file)).pixels, 64, "stretch"), pixels, 0);
  try {
    return await session.encode(pixels);
  } finally {
    await session.close();
  }
}

async function clipOf(file: string): Promise<Features> {
  const npy = await npzArray(await readFile(file), "features", "clip", file);
  const { words, ...shape } = npyFeatures(npy, "clip", file);
  return { ...shape, values: words instanceof Float32Array ? words : widenFloat16(words) };
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

async function failure(request: FeatureExtraction): Promise<VlPetError> {
  const error: unknown = await extractFeatures(request).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(VlPetError);
  return error as VlPetError;
}

describe("extracting photos", () => {
  it("writes one file each, in the original's layout", async () => {
    const seen: string[] = [];
    const made = await extractFeatures(
      grids("all", { onProgress: (done, of) => seen.push(`${done}/${of}`) }),
    );
    expect(made).toMatchObject({ kind: "photos", written: 5, present: 0, bad: [], cutShort: [] });
    expect(made).toMatchObject({ shape: { rows: 4, width: 128 }, imageSize: 64, precision: "float32" });
    expect(seen).toEqual(["0/5", "2/5", "4/5", "5/5"]);
    const files = ["a.h5", "b.h5", "d.h5", "e.h5", "extraction.json", "f.h5"];
    expect(await readdir(at("all"))).toEqual(files);
    for (const photo of ["b.c.png", "f.jpg"]) {
      const id = photo.slice(0, 1);
      const features = await readFeatures(at("all", `${id}.h5`), id);
      expect(features).toMatchObject({ rows: 4, width: 128 });
      expect(largestDifference(features.values, await alone(at("photos", photo)))).toBeLessThan(1e-6);
    }
    const source = await hdf5Features(at("all"));
    expect(await source.missing(["a", "e", "g"])).toEqual(["g"]);
    await source.close();
  });

  it("leaves files alone that are there, and makes those that are not", async () => {
    await extractFeatures(grids("some"));
    const before = await stat(at("some", "a.h5"));
    await rm(at("some", "d.h5"));
    const seen: string[] = [];
    const made = await extractFeatures(
      grids("some", { onProgress: (done, of) => seen.push(`${done}/${of}`) }),
    );
    expect(made).toMatchObject({ written: 1, present: 4 });
    expect(seen).toEqual(["0/1", "1/1"]);
    expect((await stat(at("some", "a.h5"))).mtimeMs).toBe(before.mtimeMs);
    expect(await extractFeatures(grids("some"))).toMatchObject({ written: 0, present: 5 });
  });

  it("does not mix features of different settings in one folder", async () => {
    await extractFeatures(grids("one"));
    const error = await failure(grids("one", { precision: "float16", imageSize: 96 }));
    expect(error.kind).toBe("config");
    expect(error.parts.expected).toBe("imageSize 96, precision float16");
    expect(error.parts.received).toBe("imageSize 64, precision float32");
  });

  it("stops at a photo that cannot be read, or leaves it out and says so", async () => {
    await writePhotos(at("mixed"), ["a.jpg", "c.jpg", "d.png"]);
    await writeFile(at("mixed", "b.jpg"), "no photo");
    const whole = await readFile(at("mixed", "d.png"));
    await writeFile(at("mixed", "d.png"), whole.subarray(0, whole.length - 40));
    const input = at("mixed");
    const error = await failure(grids("mixed-out", { input }));
    expect(error).toMatchObject({ kind: "data", parts: { where: at("mixed", "b.jpg") } });
    expect(error.parts.fix).toContain("--skip-bad");
    const made = await extractFeatures(grids("mixed-out", { input, skipBad: true }));
    expect(made.bad).toEqual([
      { path: at("mixed", "b.jpg"), reason: expect.stringContaining("format") as string },
    ]);
    expect(made.written + made.present).toBe(3);
    expect(made.cutShort).toEqual([at("mixed", "d.png")]);
  });

  it("takes the pooled row, halves and the cropped middle where they are wanted", async () => {
    const more = { rows: "pooled", precision: "float16", fit: "crop", positions: "zero" } as const;
    const made = await extractFeatures(grids("pooled", more));
    expect(made).toMatchObject({ shape: { rows: 1, width: 6 }, precision: "float16" });
    expect(await readFeatures(at("pooled", "a.h5"), "a")).toMatchObject({ rows: 1, width: 6 });
  });

  it("ends with the signal's reason, between two batches, and goes on later", async () => {
    const controller = new AbortController();
    const onProgress = (done: number): void => {
      if (done === 2) controller.abort(new VlPetError("interrupted", "stopped"));
    };
    const error = await failure(grids("stopped", { onProgress, signal: controller.signal }));
    expect(error.kind).toBe("interrupted");
    expect((await readdir(at("stopped"))).filter((name) => name.endsWith(".h5"))).toEqual(["a.h5", "b.h5"]);
    expect(await extractFeatures(grids("stopped"))).toMatchObject({ written: 3, present: 2 });
  });
});

describe("extracting clips", () => {
  it("writes the frames of a folder, in the order of their numbers, as halves", async () => {
    const made = await extractFeatures(rows("frames", "frames-out"));
    expect(made).toMatchObject({ kind: "frames", written: 1, shape: { rows: 1, width: 6 }, imageSize: 24 });
    const clip = await clipOf(at("frames-out", "clip.npz"));
    expect(clip).toMatchObject({ rows: 3, width: 6 });
    const single = rows("frames/clip", "single", { rows: "pooled", fit: "crop", precision: "float16" });
    await extractFeatures(single);
    const frames = await Promise.all(
      ["1", "9", "10"].map((id) => readFeatures(at("single", `${id}.h5`), id)),
    );
    const expected = Float32Array.from(frames.flatMap(({ values }) => [...values]));
    expect(largestDifference(clip.values, expected)).toBeLessThan(0.002);
    expect(
      largestDifference(frames[0]?.values ?? new Float32Array(), frames[1]?.values ?? new Float32Array()),
    ).toBeGreaterThan(0.01);
  });

  it("writes the frames that the decoder gives, at the rate of the video's length", async () => {
    const made = await extractFeatures(rows("videos", "videos-out", { precision: "float32" }));
    expect(made).toMatchObject({ kind: "videos", written: 2, precision: "float32" });
    expect(await readdir(at("videos-out"))).toEqual(["extraction.json", "long.v2.npz", "short.npz"]);
    expect(await clipOf(at("videos-out", "long.v2.npz"))).toMatchObject({ rows: 3, width: 6 });
    expect(await clipOf(at("videos-out", "short.npz"))).toMatchObject({ rows: 2, width: 6 });
    const filters = await readFile(at("videos", "long.v2.mp4.filters"), "utf8");
    expect(filters).toBe(
      "fps=2/3,scale=w='if(gt(iw,ih),trunc(iw*24/ih),24)':h='if(gt(iw,ih),24,trunc(ih*24/iw))'," +
        "crop=24:24:trunc((iw-24)/2):trunc((ih-24)/2)",
    );
    expect(await readFile(at("videos", "short.mkv.filters"), "utf8")).toMatch(/^fps=2,/);
  });

  it("stops at a video that breaks off, or leaves it out and says so", async () => {
    await mkdir(at("broken"));
    await writeFile(at("broken", "a.mp4"), JSON.stringify({ seconds: null, frames: 2, code: 0 }));
    await writeFile(at("broken", "b.mp4"), JSON.stringify({ seconds: 9, frames: 3, code: 1 }));
    await writeFile(at("broken", "c.mp4"), JSON.stringify({ seconds: 9, frames: 0, code: 0 }));
    await writeFile(at("broken", "d.mp4"), "no video");
    const error = await failure(rows("broken", "broken-out"));
    expect(error.parts).toMatchObject({ where: at("broken", "b.mp4"), received: "broken somewhere" });
    const made = await extractFeatures(rows("broken", "broken-out", { skipBad: true }));
    expect(made).toMatchObject({ written: 0, present: 1 });
    expect(made.bad.map(({ path, reason }) => [path.slice(-5), reason])).toEqual([
      ["b.mp4", "broken somewhere"],
      ["c.mp4", "no frames"],
      ["d.mp4", "Invalid data found when processing input"],
    ]);
  });

  it("says what to do without a decoder, without frames, and for rows that a clip cannot have", async () => {
    const none = await failure(rows("videos", "none", { ffmpeg: at("no-ffmpeg"), skipBad: true }));
    expect(none).toMatchObject({ kind: "config" });
    expect(none.message).toContain("install ffmpeg");
    await mkdir(at("empty", "clip"), { recursive: true });
    expect((await failure(rows("empty", "empty-out"))).message).toContain("holds no frames");
    expect((await failure(rows("videos", "grid", { rows: "grid" }))).message).toContain("one row a frame");
    expect((await failure(rows("videos", "wide", { fit: "stretch" }))).message).toContain("always cropped");
  });
});

describe("a folder of pictures", () => {
  it("must hold what is asked for, and only one kind unless one is chosen", async () => {
    await writePhotos(at("both"), ["a.jpg"]);
    await writeFile(at("both", "b.mp4"), JSON.stringify({ seconds: 9, frames: 1, code: 0 }));
    expect(await failure(rows("both", "both-out"))).toMatchObject({ kind: "config" });
    const chosen = await extractFeatures(rows("both", "both-out", { kind: "videos" }));
    expect(chosen).toMatchObject({ kind: "videos", written: 1 });
    expect((await failure(rows("both", "x", { kind: "frames" }))).message).toContain("holds no frames");
    expect((await failure(rows("nowhere", "x"))).message).toContain("cannot be listed");
    await writePhotos(at("twins"), ["a.jpg", "a.b.png"]);
    expect((await failure(grids("x", { input: at("twins") }))).message).toContain("two files");
  });
});
