import type { SceneSplit } from "./random-scene.ts";

/**
 * How the files of the data set refer to each other, after COCO's own convention. An image is a number, unique over
 * all splits; the stem of its picture and of its features is `scenes_<split>_<12 digits>`, as COCO's is
 * `COCO_<split>_<12 digits>`. The captions file spells the picture's name out in `file_name`. The VQA files, as the
 * official ones, give the number only; the stem follows from it and from `data_type` ("scenes") and `data_subtype`
 * (the split) at the top of the file.
 */
export function sceneStem(split: SceneSplit, imageId: number): string {
  return `scenes_${split}_${String(imageId).padStart(12, "0")}`;
}

/** The stem with the image id left open, `{id:12}` standing for its 12 digits: what readers of VQA files ask for. */
export function sceneImageName(split: SceneSplit): string {
  return `scenes_${split}_{id:12}`;
}

/** Scenes a split can have at most: the splits' image ids lie this far apart. */
export const MOST_SCENES = 10_000_000;

const FIRST_IDS: Readonly<Record<SceneSplit, number>> = {
  train: 1,
  valid: MOST_SCENES + 1,
  test: 2 * MOST_SCENES + 1,
};

/** The image id of scene `index` of a split. */
export function sceneImageId(split: SceneSplit, index: number): number {
  return FIRST_IDS[split] + index;
}

/** VQA v2's numbering: the image id times 1000, plus the question's position. */
export function sceneQuestionId(imageId: number, position: number): number {
  return imageId * 1000 + position;
}

/** The names of a split's files about pictures, relative to the data set's folder. */
export function sceneFiles(split: SceneSplit): {
  readonly captions: string;
  readonly questions: string;
  readonly annotations: string;
  /** GQA as a list (LXMERT), and in the official form. */
  readonly gqa: string;
  readonly gqaQuestions: string;
  /** NLVR2 as a list (LXMERT). */
  readonly nlvr: string;
} {
  return {
    captions: `captions_${split}.json`,
    questions: `v2_OpenEnded_scenes_${split}_questions.json`,
    annotations: `v2_scenes_${split}_annotations.json`,
    gqa: `gqa_${split}.json`,
    gqaQuestions: `gqa_${split}_balanced_questions.json`,
    nlvr: `nlvr_${split}.json`,
  };
}
