import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { VlPetError } from "../../error.ts";
import { PATCH_WIDTH } from "../patch-features.ts";
import { FRAME_WIDTH } from "./clips/clip-features.ts";
import { MOST_SCENES } from "./scene-ids.ts";

/** What the data set can hold: pictures for the image tasks, clips for the video tasks. */
export const SCENE_KINDS = ["images", "clips"] as const;
export type SceneKind = (typeof SCENE_KINDS)[number];

export interface ScenesOptions {
  readonly seed: number;
  /** Pictures of each split, or clips of each domain. */
  readonly train: number;
  readonly valid: number;
  readonly test: number;
  /** What is written; pictures alone when not given. */
  readonly kinds?: readonly SceneKind[];
  /** Questions a scene or clip at most; 4 when not given. */
  readonly questionsPerScene?: number;
  /** Told after each batch of pictures and clips how many of `total` are there. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Stops after the batch at work; what is written is kept and a later call goes on from it. */
  readonly signal?: AbortSignal;
}

/**
 * What the data in a folder were made from; two calls with equal settings write the same data (HDF5 files differ in
 * the time of writing that they hold).
 */
export interface ScenesSettings {
  readonly version: 2;
  readonly kinds: readonly SceneKind[];
  readonly seed: number;
  readonly train: number;
  readonly valid: number;
  readonly test: number;
  readonly questionsPerScene: number;
  /** Channels of a picture's rows and of a clip's. */
  readonly featureWidth: number;
  readonly frameWidth: number;
}

/** Written last: its presence says that the data were finished. */
export const MANIFEST = "scenes.json";
/** The settings while the data are being written; the manifest takes its place at the end. */
export const UNFINISHED = "scenes.unfinished.json";

/** The settings that options stand for. @throws VlPetError "config" for a number that counts no scenes. */
export function checkedSettings(options: ScenesOptions): ScenesSettings {
  const { seed, train, valid, test, questionsPerScene = 4, kinds: asked = ["images"] } = options;
  for (const [name, value] of Object.entries({ seed, train, valid, test, questionsPerScene })) {
    const limit = name === "seed" ? Number.MAX_SAFE_INTEGER : MOST_SCENES;
    if (Number.isSafeInteger(value) && value >= 0 && value <= limit) continue;
    throw new VlPetError("config", "the scenes cannot be made", {
      where: name,
      expected: `a whole number from 0 to ${limit}`,
      received: String(value),
    });
  }
  const kinds = SCENE_KINDS.filter((kind) => asked.includes(kind));
  const widths = { featureWidth: PATCH_WIDTH, frameWidth: FRAME_WIDTH };
  return { version: 2, kinds, seed, train, valid, test, questionsPerScene, ...widths };
}

/**
 * Which of some files, paths relative to the folder, are there already, and whether the data were once finished.
 *
 * @throws VlPetError "data" when the folder holds data of other settings.
 */
export async function foundData(
  folder: string,
  settings: ScenesSettings,
  files: readonly string[],
): Promise<{ readonly finished: boolean; readonly files: ReadonlySet<string> }> {
  const manifest = await textOf(join(folder, MANIFEST));
  const unfinished = await textOf(join(folder, UNFINISHED));
  const made = unfinished ?? manifest;
  if (made === undefined) return { finished: false, files: new Set() };
  if (!isSame(made, settings)) {
    throw new VlPetError("data", "the folder holds scenes of other settings", {
      where: folder,
      expected: JSON.stringify(settings),
      received: made.trim(),
      fix: "choose another folder, or remove this one first",
    });
  }
  const folders = [...new Set(files.map((file) => dirname(file)))];
  const names = new Map(
    await Promise.all(folders.map(async (name) => [name, await namesIn(join(folder, name))] as const)),
  );
  return {
    finished: unfinished === undefined,
    files: new Set(files.filter((file) => names.get(dirname(file))?.has(basename(file)))),
  };
}

function isSame(text: string, settings: ScenesSettings): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(settings);
  } catch {
    return false;
  }
}

/** The text of a file, or nothing where there is no such file. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new VlPetError("data", "the file cannot be read", { where: file, received: String(cause), cause });
  }
}

async function namesIn(folder: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(await readdir(folder));
  } catch {
    return new Set();
  }
}
