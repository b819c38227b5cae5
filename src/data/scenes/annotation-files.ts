/** The annotation files of a split in the official formats: COCO captions, VQA v2 questions and annotations. */

import { annotatorAnswers } from "./annotators.ts";
import type { AnnotatorAnswer } from "./annotators.ts";
import { captions } from "./captions.ts";
import { DRAWING_SIZE } from "./drawing.ts";
import { QUESTION_KINDS } from "./question-kinds.ts";
import type { AnswerType } from "./question-kinds.ts";
import { BalancedQuestions } from "./questions.ts";
import { randomScene } from "./random-scene.ts";
import type { SceneSplit } from "./random-scene.ts";
import { sceneImageId, sceneQuestionId, sceneStem } from "./scene-ids.ts";
import { sceneStream, type SplitPlan } from "./split-plan.ts";

/** COCO's captions format, the fields that are read. */
export interface CaptionsFile {
  readonly info: FileInfo;
  readonly type: "captions";
  readonly images: readonly {
    readonly id: number;
    readonly file_name: string;
    readonly width: number;
    readonly height: number;
  }[];
  readonly annotations: readonly {
    readonly image_id: number;
    readonly id: number;
    readonly caption: string;
  }[];
}

/** VQA v2's questions format. */
export interface QuestionsFile extends VqaHeader {
  readonly task_type: "Open-Ended";
  readonly questions: readonly {
    readonly image_id: number;
    readonly question: string;
    readonly question_id: number;
  }[];
}

/** VQA v2's annotations format. */
export interface AnswersFile extends VqaHeader {
  readonly annotations: readonly {
    readonly question_type: string;
    readonly multiple_choice_answer: string;
    readonly answers: readonly AnnotatorAnswer[];
    readonly image_id: number;
    readonly answer_type: AnswerType;
    readonly question_id: number;
  }[];
}

interface FileInfo {
  readonly description: string;
  readonly version: string;
}

interface VqaHeader {
  readonly info: FileInfo;
  readonly data_type: "scenes";
  /** With `data_type` and the image id this gives the stem of the picture, see scene-ids.ts. */
  readonly data_subtype: SceneSplit;
}

const INFO: FileInfo = { description: "Made-up scenes of coloured shapes", version: "1.0" };

/** Five captions for each scene of a split. */
export function captionsFile(plan: SplitPlan): CaptionsFile {
  const scenes = Array.from({ length: plan.scenes }, (_, index) => ({
    id: sceneImageId(plan.split, index),
    captions: captions(randomScene(plan.seed, plan.split, index), sceneStream(plan, "captions", index)),
  }));
  return {
    info: INFO,
    type: "captions",
    images: scenes.map(({ id }) => ({
      id,
      file_name: `${sceneStem(plan.split, id)}.png`,
      width: DRAWING_SIZE,
      height: DRAWING_SIZE,
    })),
    annotations: scenes.flatMap(({ id, captions: texts }) =>
      texts.map((caption, position) => ({ image_id: id, id: id * 10 + position, caption })),
    ),
  };
}

/** The questions of a split and the annotators' answers to them, as the two files of VQA v2. */
export function vqaFiles(plan: SplitPlan): {
  readonly questions: QuestionsFile;
  readonly annotations: AnswersFile;
} {
  const balanced = new BalancedQuestions(QUESTION_KINDS);
  const questions: QuestionsFile["questions"][number][] = [];
  const annotations: AnswersFile["annotations"][number][] = [];
  for (let index = 0; index < plan.scenes; index++) {
    const scene = randomScene(plan.seed, plan.split, index);
    const stream = sceneStream(plan, "questions", index);
    const image_id = sceneImageId(plan.split, index);
    for (const [position, asked] of balanced.ask(scene, plan.questionsPerScene, stream).entries()) {
      const question_id = sceneQuestionId(image_id, position);
      questions.push({ image_id, question: asked.question, question_id });
      annotations.push({
        question_type: asked.kind.type,
        multiple_choice_answer: asked.answer,
        answers: annotatorAnswers(asked.answer, stream),
        image_id,
        answer_type: asked.kind.answerType,
        question_id,
      });
    }
  }
  const header = { info: INFO, data_type: "scenes", data_subtype: plan.split } as const;
  return {
    questions: { ...header, task_type: "Open-Ended", questions },
    annotations: { ...header, annotations },
  };
}
