import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { readCaptions } from "../captions.ts";
import { readFeatures } from "../hdf5.ts";
import { PATCH_WIDTH, patchFeatures } from "../patch-features.ts";
import { readAnnotations } from "../question-annotations.ts";
import { readOfficialQuestions } from "../visual-questions.ts";
import { CLIP_DOMAINS, clipFiles, subtitlesFile } from "./clips/clip-ids.ts";
import { sceneFiles, sceneImageName } from "./scene-ids.ts";
import { writeScenes } from "./write-scenes.ts";

const OPTIONS = { seed: 3, train: 12, valid: 4, test: 5, questionsPerScene: 3 };
const FIRST = "scenes_train_000000000001";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scenes-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Every file of a folder with the digest of its bytes; of HDF5 files, which tell when they were made, of the values. */
async function contents(root: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const files = await Promise.all(
    names.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(root.length + 1), digest(await bytesOf(path))] as const;
    }),
  );
  return new Map(files.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 12);

async function bytesOf(path: string): Promise<Uint8Array> {
  if (!path.endsWith(".h5")) return readFile(path);
  const { values } = await readFeatures(path, basename(path, ".h5"));
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

describe("writeScenes", () => {
  it("writes pictures, features and annotations, and reports its progress", async () => {
    const steps: number[] = [];
    await writeScenes(folder, { ...OPTIONS, onProgress: ({ done, total }) => steps.push(done, total) });
    expect(steps).toEqual([8, 21, 16, 21, 21, 21]);
    const names = [...(await contents(folder)).keys()];
    expect(names.filter((name) => name.startsWith("images/"))).toHaveLength(21);
    expect(names).toContain(`features/${FIRST}.h5`);
    expect(names.filter((name) => !name.includes("/"))).toEqual(
      [
        ...Object.values(sceneFiles("train")),
        ...Object.values(sceneFiles("valid")),
        ...Object.values(sceneFiles("test")),
        "scenes.json",
      ].toSorted(),
    );
    const features = await readFeatures(join(folder, "features", `${FIRST}.h5`), FIRST);
    expect([features.rows, features.width]).toEqual([49, PATCH_WIDTH]);
    expect(features.values).toEqual((await patchFeatures(join(folder, "images", `${FIRST}.png`))).values);
  });

  it("writes files that the readers of COCO captions and VQA v2 read and join with the features", async () => {
    await writeScenes(folder, OPTIONS);
    for (const split of ["train", "valid", "test"] as const) {
      const files = sceneFiles(split);
      const images = await readCaptions(join(folder, files.captions), split);
      expect(images).toHaveLength(OPTIONS[split]);
      const annotations = await readAnnotations([join(folder, files.annotations)]);
      const questions = await readOfficialQuestions(join(folder, files.questions), {
        annotations,
        imageName: sceneImageName(split),
      });
      expect(questions).toHaveLength(3 * OPTIONS[split]);
      const stems = new Set((await readdir(join(folder, "features"))).map((name) => name.replace(".h5", "")));
      for (const { image, captions } of images) {
        expect(captions).toHaveLength(5);
        expect(stems).toContain(image);
      }
      for (const { image, label } of questions) {
        expect(stems).toContain(image);
        expect(Math.max(...(label?.values() ?? []))).toBe(1);
      }
    }
  });

  it("uses the official fields, and ids that are unique over the splits", async () => {
    await writeScenes(folder, OPTIONS);
    const read = async (name: string): Promise<Record<string, unknown>> =>
      JSON.parse(await readFile(join(folder, name), "utf8")) as Record<string, unknown>;
    const { questions, annotations } = sceneFiles("valid");
    expect(await read(questions)).toMatchObject({
      task_type: "Open-Ended",
      data_type: "scenes",
      data_subtype: "valid",
    });
    const records = (await read(annotations))["annotations"] as readonly Record<string, unknown>[];
    expect(Object.keys(records[0] ?? {}).toSorted()).toEqual([
      "answer_type",
      "answers",
      "image_id",
      "multiple_choice_answer",
      "question_id",
      "question_type",
    ]);
    const answers = records[0]?.["answers"] as readonly unknown[];
    expect(answers).toHaveLength(10);
    expect(answers[0]).toEqual({
      answer: expect.any(String) as unknown,
      answer_confidence: expect.stringMatching(/^(yes|maybe|no)$/) as unknown,
      answer_id: 1,
    });
    const ids = await Promise.all(
      (["train", "valid", "test"] as const).map(
        async (split) => (await read(sceneFiles(split).questions))["questions"],
      ),
    );
    const questionIds = (ids.flat() as readonly { question_id: number }[]).map(
      (question) => question.question_id,
    );
    expect(new Set(questionIds).size).toBe(63);
  });

  it("writes the same contents for the same settings, also when stopped and resumed", async () => {
    await writeScenes(folder, OPTIONS);
    const whole = await contents(folder);
    const resumed = join(folder, "resumed");
    const stop = new AbortController();
    const stopped = writeScenes(resumed, { ...OPTIONS, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ kind: "interrupted" });
    expect([...(await contents(resumed)).keys()]).not.toContain("scenes.json");
    const steps: number[] = [];
    await writeScenes(resumed, { ...OPTIONS, onProgress: ({ done }) => steps.push(done) });
    expect(steps).toEqual([16, 21]);
    expect(await contents(resumed)).toEqual(whole);
  });

  it("keeps what is complete, and replaces what was removed", async () => {
    await writeScenes(folder, OPTIONS);
    const kept = join(folder, "images", `${FIRST}.png`);
    const lost = join(folder, "features", "scenes_train_000000000002.h5");
    const { mtimeMs } = await stat(kept);
    await Promise.all([unlink(lost), unlink(join(folder, sceneFiles("test").captions))]);
    const steps: number[] = [];
    await writeScenes(folder, { ...OPTIONS, onProgress: ({ done }) => steps.push(done) });
    await writeScenes(folder, { ...OPTIONS, onProgress: ({ done }) => steps.push(done) });
    expect(steps).toEqual([21]);
    expect((await stat(kept)).mtimeMs).toBe(mtimeMs);
    expect((await stat(lost)).isFile()).toBe(true);
    await unlink(join(folder, sceneFiles("test").captions));
    await writeScenes(folder, OPTIONS);
    expect((await stat(join(folder, sceneFiles("test").captions))).isFile()).toBe(true);
  });

  it("writes clips, with or without pictures, the same again when stopped and resumed", async () => {
    const options = { seed: 3, train: 4, valid: 2, test: 2, kinds: ["clips", "images"] } as const;
    const whole = join(folder, "whole");
    const steps: number[] = [];
    await writeScenes(whole, { ...options, onProgress: ({ done, total }) => steps.push(done, total) });
    expect(steps.at(-1)).toBe(8 + 3 * 8);
    const names = [...(await contents(whole)).keys()];
    expect(names.filter((name) => name.startsWith("images/"))).toHaveLength(8);
    for (const domain of CLIP_DOMAINS) {
      expect(names.filter((name) => name.startsWith(`clips/${domain}/`))).toHaveLength(8);
      expect(names).toContain(subtitlesFile(domain));
    }
    for (const split of ["train", "valid", "test"] as const)
      expect(names).toEqual(expect.arrayContaining(Object.values(clipFiles(split))));
    const resumed = join(folder, "resumed");
    const stop = new AbortController();
    const stopped = writeScenes(resumed, { ...options, signal: stop.signal, onProgress: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ kind: "interrupted" });
    await writeScenes(resumed, options);
    expect(await contents(resumed)).toEqual(await contents(whole));
    await writeScenes(join(folder, "clips"), { ...options, kinds: ["clips"] });
    const clips = await contents(join(folder, "clips"));
    expect([...clips].filter(([name]) => name.startsWith("clips/"))).toEqual(
      [...(await contents(whole))].filter(([name]) => name.startsWith("clips/")),
    );
    expect([...clips.keys()].filter((name) => name.startsWith("images/"))).toEqual([]);
  });

  it("refuses a folder of other settings, and sizes that are no numbers of scenes", async () => {
    await writeScenes(folder, OPTIONS);
    await expect(writeScenes(folder, { ...OPTIONS, seed: 4 })).rejects.toThrow(
      /holds scenes of other settings/,
    );
    await expect(writeScenes(folder, { ...OPTIONS, train: -1 })).rejects.toMatchObject({ kind: "config" });
    await expect(writeScenes(folder, { ...OPTIONS, test: 1.5 })).rejects.toMatchObject({ kind: "config" });
  });
});
