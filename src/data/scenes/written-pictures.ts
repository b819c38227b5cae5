import { join } from "node:path";

import { writeFeatures } from "../hdf5.ts";
import { patchFeatures } from "../patch-features.ts";
import { replaceFile } from "../replace-file.ts";
import { captionsFile, vqaFiles } from "./annotation-files.ts";
import { drawScene } from "./drawing.ts";
import { gqaFiles } from "./gqa/gqa-files.ts";
import { nlvrList } from "./nlvr/nlvr-file.ts";
import { randomScene } from "./random-scene.ts";
import { sceneFiles, sceneImageId, sceneStem } from "./scene-ids.ts";
import { sceneStream, type SplitPlan } from "./split-plan.ts";

/** A file of annotations, its name relative to the data set's folder. */
export interface AnnotationFile {
  readonly file: string;
  readonly content: () => string;
}

/** Something with files of its own, relative to the data set's folder, that is written in one go. */
export interface WrittenItem {
  readonly files: readonly string[];
  readonly write: (folder: string) => Promise<void>;
}

/** The annotation files about the pictures of a split. */
export function pictureAnnotationFiles(plan: SplitPlan): readonly AnnotationFile[] {
  const names = sceneFiles(plan.split);
  return [
    { file: names.captions, content: () => JSON.stringify(captionsFile(plan)) },
    { file: names.questions, content: () => JSON.stringify(vqaFiles(plan).questions) },
    { file: names.annotations, content: () => JSON.stringify(vqaFiles(plan).annotations) },
    { file: names.gqa, content: () => JSON.stringify(gqaFiles(plan).list) },
    { file: names.gqaQuestions, content: () => JSON.stringify(gqaFiles(plan).questions) },
    { file: names.nlvr, content: () => JSON.stringify(nlvrList(plan)) },
  ];
}

/** The pictures of a split, each with its features. */
export function pictureItems(plan: SplitPlan): readonly WrittenItem[] {
  return Array.from({ length: plan.scenes }, (_, index) => {
    const stem = sceneStem(plan.split, sceneImageId(plan.split, index));
    const [image, features] = [`images/${stem}.png`, `features/${stem}.h5`];
    return {
      files: [image, features],
      async write(folder) {
        const scene = randomScene(plan.seed, plan.split, index);
        const png = await drawScene(scene, sceneStream(plan, "drawing", index));
        await replaceFile(join(folder, image), png);
        await writeFeatures(join(folder, features), stem, await patchFeatures(png));
      },
    };
  });
}
