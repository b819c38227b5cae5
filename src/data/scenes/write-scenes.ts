import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import sharp from "sharp";

import { VlPetError } from "../../error.ts";
import { writeFeatures } from "../hdf5.ts";
import { patchFeatures } from "../patch-features.ts";
import { replaceFile } from "../replace-file.ts";
import { captionsFile, sceneStream, vqaFiles } from "./annotation-files.ts";
import type { SplitPlan } from "./annotation-files.ts";
import { drawScene } from "./drawing.ts";
import { randomScene, SCENE_SPLITS } from "./random-scene.ts";
import type { SceneSplit } from "./random-scene.ts";
import { sceneFiles, sceneImageId, sceneStem } from "./scene-ids.ts";
import { checkedSettings, foundData, MANIFEST, UNFINISHED } from "./scenes-settings.ts";
import type { ScenesOptions, ScenesSettings } from "./scenes-settings.ts";

/** Pictures under way at a time. */
const BATCH = 8;

/**
 * Writes the data set: `images/<stem>.png`, `features/<stem>.h5` (dataset `/<stem>/features`, 49 × PATCH_WIDTH
 * float32), the files of {@link sceneFiles} for each split, and last `scenes.json` with the settings. Splits share
 * no scene. Every file is written whole or not at all; a call that finds data of the same settings keeps what is
 * there and writes what is missing.
 *
 * @throws VlPetError "config" for sizes that are no numbers of scenes, "data" when the folder holds data of other
 * settings or cannot be written, "interrupted" when `signal` stops it.
 * @example
 * await writeScenes("data/scenes", { seed: 1, train: 1500, valid: 200, test: 300 });
 */
export async function writeScenes(folder: string, options: ScenesOptions): Promise<ScenesSettings> {
  const settings = checkedSettings(options);
  const pictures = SCENE_SPLITS.flatMap((split) => {
    const plan = splitPlan(settings, split);
    return Array.from({ length: plan.scenes }, (_, index) => ({ plan, index }));
  });
  const found = await foundData(folder, settings);
  const missing = pictures.filter(({ plan, index }) => !found.stems.has(stemOf(plan.split, index)));
  if (found.complete && missing.length === 0) return settings;
  await Promise.all(["images", "features"].map((name) => mkdir(join(folder, name), { recursive: true })));
  await replaceFile(join(folder, UNFINISHED), `${JSON.stringify(settings)}\n`);
  for (const split of SCENE_SPLITS) await writeAnnotations(folder, splitPlan(settings, split));
  await writePictures(folder, missing, pictures.length, options);
  await replaceFile(join(folder, MANIFEST), `${JSON.stringify(settings, null, 2)}\n`);
  await rm(join(folder, UNFINISHED), { force: true });
  return settings;
}

interface Picture {
  readonly plan: SplitPlan;
  readonly index: number;
}

function stemOf(split: SceneSplit, index: number): string {
  return sceneStem(split, sceneImageId(split, index));
}

function splitPlan(settings: ScenesSettings, split: SceneSplit): SplitPlan {
  const { seed, questionsPerScene } = settings;
  return { seed, split, scenes: settings[split], questionsPerScene };
}

async function writeAnnotations(folder: string, plan: SplitPlan): Promise<void> {
  const names = sceneFiles(plan.split);
  const { questions, annotations } = vqaFiles(plan);
  await replaceFile(join(folder, names.captions), JSON.stringify(captionsFile(plan)));
  await replaceFile(join(folder, names.questions), JSON.stringify(questions));
  await replaceFile(join(folder, names.annotations), JSON.stringify(annotations));
}

async function writePictures(
  folder: string,
  missing: readonly Picture[],
  total: number,
  { onProgress, signal }: ScenesOptions,
): Promise<void> {
  // The pictures are too small to share one among threads; several at a time use the cores better.
  const threads = sharp.concurrency();
  sharp.concurrency(1);
  try {
    for (let start = 0; start < missing.length; start += BATCH) {
      if (signal?.aborted === true) throw stopped(folder, total - missing.length + start, total);
      const batch = missing.slice(start, start + BATCH);
      await Promise.all(batch.map((picture) => writePicture(folder, picture)));
      onProgress?.({ done: total - missing.length + start + batch.length, total });
    }
  } finally {
    sharp.concurrency(threads);
  }
}

async function writePicture(folder: string, { plan, index }: Picture): Promise<void> {
  const stem = stemOf(plan.split, index);
  const scene = randomScene(plan.seed, plan.split, index);
  const png = await drawScene(scene, sceneStream(plan, "drawing", index));
  await replaceFile(join(folder, "images", `${stem}.png`), png);
  await writeFeatures(join(folder, "features", `${stem}.h5`), stem, await patchFeatures(png));
}

function stopped(folder: string, done: number, total: number): VlPetError {
  return new VlPetError("interrupted", `stopped after ${done} of ${total} scenes`, {
    where: folder,
    fix: "run the same again to go on",
  });
}
