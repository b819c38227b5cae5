import * as v from "valibot";
import { VlPetError } from "../error.ts";
import { readJson } from "./json-file.ts";
import {
  holdsBestAnswer,
  NUMBERS_BY_ANSWER,
  type QuestionAnnotation,
  softScores,
} from "./question-annotations.ts";
import { uniqueIds } from "./unique-ids.ts";

/** One question about one image. */
export interface VisualQuestion {
  readonly id: number | string;
  /** The name of the image's feature file. */
  readonly image: string;
  readonly question: string;
  /** Soft score per answer; undefined where the split has no labels. Never holds an empty answer. */
  readonly label: ReadonlyMap<string, number> | undefined;
  /** Whether the answer vocabulary can give the best answer, where that is known. */
  readonly topkOptimal: boolean | undefined;
}

const Id = v.union([v.number(), v.string()]);
const LIST = v.array(
  v.pipe(
    v.object({
      img_id: Id,
      question_id: Id,
      sent: v.optional(v.string()),
      question: v.optional(v.string()),
      label: v.optional(NUMBERS_BY_ANSWER),
      is_topk_optimal: v.optional(v.boolean()),
    }),
    v.check((entry) => (entry.sent ?? entry.question) !== undefined, '"sent" or "question"'),
  ),
);

const QUESTIONS = v.object({
  data_subtype: v.optional(v.string()),
  questions: v.array(v.object({ image_id: Id, question_id: Id, question: v.string() })),
});

/**
 * Reads the original's question lists (`karpathy_train.json` and so on), one after another: `img_id`, `sent` (or
 * `question`), `question_id`, optional `label` (answer to soft score) and `is_topk_optimal`.
 *
 * @throws VlPetError "data" when a file is unreadable or has another form, or a question id occurs twice.
 */
export async function readQuestionLists(files: readonly string[]): Promise<VisualQuestion[]> {
  const note = uniqueIds("question_id");
  const questions: VisualQuestion[] = [];
  for (const file of files) {
    for (const [i, entry] of (await readJson(file, LIST)).entries()) {
      note(entry.question_id, `${file}, [${i}]`);
      questions.push({
        id: entry.question_id,
        image: String(entry.img_id),
        question: entry.sent ?? entry.question ?? "",
        label: entry.label && new Map(Object.entries(entry.label).filter(([answer]) => answer !== "")),
        topkOptimal: entry.is_topk_optimal,
      });
    }
  }
  return questions;
}

/** How an official question file is joined with the rest. */
export interface OfficialOptions {
  /** People's answers by question id; without them the questions have no labels. */
  readonly annotations?: ReadonlyMap<string, QuestionAnnotation>;
  /** Answers that labels may hold; without it all of them. */
  readonly vocabulary?: ReadonlySet<string>;
  /**
   * The feature name of an image: `{id}` stands for its number and `{id:12}` for the number filled up with zeros to
   * 12 digits. Default: `COCO_<data_subtype>_{id:12}` if the file names its subtype, else `{id}`.
   */
  readonly imageName?: string;
}

/**
 * Reads an official VQA v2 questions file and labels it with soft scores made from people's answers.
 *
 * @throws VlPetError "data" when the file is unreadable or has another form, uses a question id twice, or has a
 * question without annotation.
 */
export async function readOfficialQuestions(
  file: string,
  options: OfficialOptions,
): Promise<VisualQuestion[]> {
  const { annotations, vocabulary } = options;
  const content = await readJson(file, QUESTIONS);
  const pattern = options.imageName ?? defaultImageName(content.data_subtype);
  const note = uniqueIds("question_id");
  return content.questions.map((entry, i): VisualQuestion => {
    note(entry.question_id, `${file}, questions[${i}]`);
    const answers = annotations?.get(String(entry.question_id))?.answers;
    if (annotations !== undefined && answers === undefined)
      throw withoutAnnotation(file, i, entry.question_id);
    return {
      id: entry.question_id,
      image: imageName(pattern, entry.image_id),
      question: entry.question,
      label: answers && softScores(answers, vocabulary),
      topkOptimal: answers && vocabulary && holdsBestAnswer(answers, vocabulary),
    };
  });
}

function defaultImageName(subtype: string | undefined): string {
  // Both test sets ask about the same photos, which are named after the larger one.
  return subtype === undefined ? "{id}" : `COCO_${subtype.replace("test-dev", "test")}_{id:12}`;
}

function imageName(pattern: string, id: number | string): string {
  return pattern.replace(/\{id(?::(\d+))?\}/, (_, digits: string | undefined) =>
    String(id).padStart(Number(digits ?? 0), "0"),
  );
}

function withoutAnnotation(file: string, index: number, id: number | string): VlPetError {
  return new VlPetError("data", "a question has no annotation", {
    where: `${file}, questions[${index}]`,
    expected: `an annotation with question_id ${id}`,
    received: "none in the annotation files",
    fix: "use questions and annotations of the same split, or leave the annotations out for a split without answers",
  });
}
