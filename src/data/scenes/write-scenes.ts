import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import sharp from "sharp";

import { VlPetError } from "../../error.ts";
import { replaceFile } from "../replace-file.ts";
import { clipAnnotationFiles, clipItems } from "./clips/written-clips.ts";
import { SCENE_SPLITS } from "./random-scene.ts";
import { checkedSettings, foundData, MANIFEST, UNFINISHED } from "./scenes-settings.ts";
import type { SceneKind, ScenesOptions, ScenesSettings } from "./scenes-settings.ts";
import type { SplitPlan } from "./split-plan.ts";
import { pictureAnnotationFiles, pictureItems } from "./written-pictures.ts";
import type { AnnotationFile, WrittenItem } from "./written-pictures.ts";

/** Pictures or clips under way at a time. */
const BATCH = 8;

/** What each kind of data writes. */
const CONTENTS: Readonly<
  Record<
    SceneKind,
    {
      readonly annotations: (plans: readonly SplitPlan[]) => readonly AnnotationFile[];
      readonly items: (plan: SplitPlan) => readonly WrittenItem[];
    }
  >
> = {
  images: { annotations: (plans) => plans.flatMap(pictureAnnotationFiles), items: pictureItems },
  clips: { annotations: clipAnnotationFiles, items: clipItems },
};

/**
 * Writes the data set. Pictures: `images/<stem>.png`, `features/<stem>.h5` (dataset `/<stem>/features`,
 * 49 × PATCH_WIDTH float32) and the files of `sceneFiles` for each split. Clips: `clips/<domain>/<name>.npz` (array
 * `features`, frames × FRAME_WIDTH float32), the files of `clipFiles` for each split and `subtitlesFile` for each
 * domain. Last comes `scenes.json` with the settings. Splits share no scene and no clip. Every file is written whole
 * or not at all; a call that finds data of the same settings keeps what is there and writes what is missing.
 *
 * @throws VlPetError "config" for sizes that are no numbers of scenes, "data" when the folder holds data of other
 * settings or cannot be written, "interrupted" when `signal` stops it.
 * @example
 * await writeScenes("data/scenes", { seed: 1, train: 1500, valid: 200, test: 300, kinds: ["images", "clips"] });
 */
export async function writeScenes(folder: string, options: ScenesOptions): Promise<ScenesSettings> {
  const settings = checkedSettings(options);
  const plans = SCENE_SPLITS.map((split) => splitPlan(settings, split));
  const contents = settings.kinds.map((kind) => CONTENTS[kind]);
  const annotations = contents.flatMap((content) => content.annotations(plans));
  const items = contents.flatMap((content) => plans.flatMap(content.items));
  const names = [...annotations.map(({ file }) => file), ...items.flatMap(({ files }) => files)];
  const found = await foundData(folder, settings, names);
  if (found.finished && found.files.size === names.length) return settings;
  const folders = new Set(names.map((name) => dirname(name)));
  await Promise.all([...folders].map((name) => mkdir(join(folder, name), { recursive: true })));
  await replaceFile(join(folder, UNFINISHED), `${JSON.stringify(settings)}\n`);
  for (const { file, content } of annotations) await replaceFile(join(folder, file), content());
  const missing = items.filter(({ files }) => !files.every((file) => found.files.has(file)));
  await writeItems(folder, missing, items.length, options);
  await replaceFile(join(folder, MANIFEST), `${JSON.stringify(settings, null, 2)}\n`);
  await rm(join(folder, UNFINISHED), { force: true });
  return settings;
}

function splitPlan(settings: ScenesSettings, split: SplitPlan["split"]): SplitPlan {
  const { seed, questionsPerScene } = settings;
  return { seed, split, scenes: settings[split], questionsPerScene };
}

async function writeItems(
  folder: string,
  missing: readonly WrittenItem[],
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
      await Promise.all(batch.map((item) => item.write(folder)));
      onProgress?.({ done: total - missing.length + start + batch.length, total });
    }
  } finally {
    sharp.concurrency(threads);
  }
}

function stopped(folder: string, done: number, total: number): VlPetError {
  return new VlPetError("interrupted", `stopped after ${done} of ${total} scenes`, {
    where: folder,
    fix: "run the same again to go on",
  });
}
