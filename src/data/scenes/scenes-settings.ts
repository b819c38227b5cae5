import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { VlPetError } from "../../error.ts";
import { PATCH_WIDTH } from "../patch-features.ts";
import { SCENE_SPLITS } from "./random-scene.ts";
import { MOST_SCENES, sceneFiles } from "./scene-ids.ts";

export interface ScenesOptions {
  readonly seed: number;
  /** Scenes of each split. */
  readonly train: number;
  readonly valid: number;
  readonly test: number;
  /** Questions a scene at most; 4 when not given. */
  readonly questionsPerScene?: number;
  /** Told after each batch of pictures how many of `total` are there. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** Stops after the batch at work; what is written is kept and a later call goes on from it. */
  readonly signal?: AbortSignal;
}

/**
 * What the data in a folder were made from; two calls with equal settings write the same data (HDF5 files differ in
 * the time of writing that they hold).
 */
export interface ScenesSettings {
  readonly version: 1;
  readonly seed: number;
  readonly train: number;
  readonly valid: number;
  readonly test: number;
  readonly questionsPerScene: number;
  readonly featureWidth: number;
}

/** Written last: its presence says that the data were finished. */
export const MANIFEST = "scenes.json";
/** The settings while the data are being written; the manifest takes its place at the end. */
export const UNFINISHED = "scenes.unfinished.json";

/** The settings that options stand for. @throws VlPetError "config" for a number that counts no scenes. */
export function checkedSettings(options: ScenesOptions): ScenesSettings {
  const { seed, train, valid, test, questionsPerScene = 4 } = options;
  for (const [name, value] of Object.entries({ seed, train, valid, test, questionsPerScene })) {
    const limit = name === "seed" ? Number.MAX_SAFE_INTEGER : MOST_SCENES;
    if (Number.isSafeInteger(value) && value >= 0 && value <= limit) continue;
    throw new VlPetError("config", "the scenes cannot be made", {
      where: name,
      expected: `a whole number from 0 to ${limit}`,
      received: String(value),
    });
  }
  return { version: 1, seed, train, valid, test, questionsPerScene, featureWidth: PATCH_WIDTH };
}

/**
 * What a folder already holds of these settings: the stems with both picture and features, and whether the data were
 * once finished and no annotation file is gone.
 *
 * @throws VlPetError "data" when the folder holds data of other settings.
 */
export async function foundData(
  folder: string,
  settings: ScenesSettings,
): Promise<{ readonly complete: boolean; readonly stems: ReadonlySet<string> }> {
  const manifest = await textOf(join(folder, MANIFEST));
  const unfinished = await textOf(join(folder, UNFINISHED));
  const made = unfinished ?? manifest;
  if (made === undefined) return { complete: false, stems: new Set() };
  if (!isSame(made, settings)) {
    throw new VlPetError("data", "the folder holds scenes of other settings", {
      where: folder,
      expected: JSON.stringify(settings),
      received: made.trim(),
      fix: "choose another folder, or remove this one first",
    });
  }
  const features = new Set(await stemsIn(join(folder, "features"), ".h5"));
  const images = await stemsIn(join(folder, "images"), ".png");
  const present = new Set(await readdir(folder));
  const annotated = SCENE_SPLITS.every((split) =>
    Object.values(sceneFiles(split)).every((name) => present.has(name)),
  );
  return {
    complete: annotated && unfinished === undefined,
    stems: new Set(images.filter((stem) => features.has(stem))),
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

async function stemsIn(folder: string, ending: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
  } catch {
    return [];
  }
}
