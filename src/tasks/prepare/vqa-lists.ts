import {
  type QuestionAnnotation,
  readAnnotations,
  readOfficialQuestions,
  type VisualQuestion,
} from "../../data/index.ts";
import { VlPetError } from "../../error.ts";
import type { ImageSplits } from "./coco-splits.ts";

/** All questions of VQA v2's train and val, labelled, with what else their annotations say. */
export interface OfficialQuestions {
  readonly questions: readonly VisualQuestion[];
  readonly annotations: ReadonlyMap<string, QuestionAnnotation>;
}

/**
 * Reads question and annotation files and labels the questions with soft scores of the vocabulary's answers.
 *
 * @throws VlPetError "data" when a file is unreadable or has another form, or a question has no annotation.
 */
export async function officialQuestions(
  questionFiles: readonly string[],
  annotationFiles: readonly string[],
  vocabulary: readonly string[],
): Promise<OfficialQuestions> {
  const annotations = await readAnnotations(annotationFiles);
  const known = new Set(vocabulary);
  const questions: VisualQuestion[] = [];
  for (const file of questionFiles) {
    for (const question of await readOfficialQuestions(file, { annotations, vocabulary: known })) {
      questions.push(question);
    }
  }
  return { questions, annotations };
}

/**
 * The records of `vqa/karpathy_<split>.json`: the questions about the split's images, in the order of the official files
 * (spec: datasets §5.1, §20).
 *
 * @throws VlPetError "data" when an image belongs to no split.
 */
export function* vqaList(
  { questions, annotations }: OfficialQuestions,
  splits: ImageSplits,
  split: string,
): Generator<object> {
  for (const { id, image, question, label, topkOptimal } of questions) {
    const home = splits.get(image);
    if (home === undefined) throw withoutSplit(id, image);
    if (home !== split) continue;
    const { answerType = "", questionType = "" } = annotations.get(String(id)) ?? {};
    yield {
      answer_type: answerType,
      img_id: image,
      is_topk_optimal: topkOptimal,
      label: Object.fromEntries(label ?? []),
      question_id: id,
      question_type: questionType,
      sent: question,
    };
  }
}

function withoutSplit(id: number | string, image: string): VlPetError {
  return new VlPetError("data", "the image of a question belongs to no split", {
    where: `VQA question ${id}`,
    expected: `the image ${image} in dataset_coco.json`,
    received: "no such image",
    fix: "use the whole dataset_coco.json: it has all images of train2014 and val2014",
  });
}
