import * as v from "valibot";
import { VlPetError } from "../error.ts";
import { readJson } from "./json-file.ts";
import { keptReading } from "./kept-reading.ts";
import { uniqueIds } from "./unique-ids.ts";

/** What people answered to one question (ten answers in VQA v2), used for scoring. */
export interface QuestionAnnotation {
  readonly answers: readonly string[];
  /** The first words of the question, "" where the file has none. */
  readonly questionType: string;
  /** "yes/no", "number" or "other", "" where the file has none. */
  readonly answerType: string;
}

const ANNOTATIONS = v.object({
  annotations: v.array(
    v.object({
      question_id: v.union([v.number(), v.string()]),
      question_type: v.optional(v.string(), ""),
      answer_type: v.optional(v.string(), ""),
      answers: v.array(v.object({ answer: v.string() })),
    }),
  ),
});

/** Annotations by question id, as text. */
export type QuestionAnnotations = ReadonlyMap<string, QuestionAnnotation>;

/**
 * Reads official VQA annotation files into one map. The same files are read again only when one has changed or nobody
 * holds what was read.
 *
 * @throws VlPetError "data" when a file is unreadable or has another form, or a question is annotated twice.
 */
export const readAnnotations: (files: readonly string[]) => Promise<QuestionAnnotations> =
  keptReading(annotationsOf);

async function annotationsOf(files: readonly string[]): Promise<QuestionAnnotations> {
  const note = uniqueIds("question_id");
  const found = new Map<string, QuestionAnnotation>();
  for (const file of files) {
    for (const [i, entry] of (await readJson(file, ANNOTATIONS)).annotations.entries()) {
      note(entry.question_id, `${file}, annotations[${i}]`);
      found.set(String(entry.question_id), {
        answers: entry.answers.map((answer) => answer.answer),
        questionType: entry.question_type,
        answerType: entry.answer_type,
      });
    }
  }
  return found;
}

/**
 * Soft scores of a question's answers by how many people gave them: 0.3, 0.6, 0.9 for one, two, three, and 1 from
 * four on (as LXMERT prepares them). With a vocabulary only its answers are kept; empty answers never are.
 */
export function softScores(
  answers: readonly string[],
  vocabulary?: ReadonlySet<string>,
): Map<string, number> {
  const people = new Map<string, number>();
  for (const answer of answers) people.set(answer, (people.get(answer) ?? 0) + 1);
  const scores = new Map<string, number>();
  for (const [answer, count] of people) {
    if (answer === "" || vocabulary?.has(answer) === false) continue;
    scores.set(answer, count >= 4 ? 1 : (3 * count) / 10);
  }
  return scores;
}

/** Whether a vocabulary holds one of the answers that most people gave. */
export function holdsBestAnswer(answers: readonly string[], vocabulary: ReadonlySet<string>): boolean {
  const scores = softScores(answers);
  const best = Math.max(0, ...scores.values());
  return [...scores].some(([answer, score]) => score === best && vocabulary.has(answer));
}

/** An object of numbers. Taken as it is: a schema's own record would drop answers such as "constructor". */
export const NUMBERS_BY_ANSWER = v.custom<Readonly<Record<string, number>>>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === "number"),
  "an object from answer to number",
);

const VOCABULARY = v.lazy((input) => (Array.isArray(input) ? v.array(v.string()) : NUMBERS_BY_ANSWER));

/**
 * Reads an answer vocabulary: a list of answers (`trainval_label2ans.json`) or an object from answer to index
 * (`trainval_ans2label.json`).
 *
 * @throws VlPetError "data" when the file is unreadable, of neither form, or empty.
 */
export async function readVocabulary(file: string): Promise<ReadonlySet<string>> {
  const content = await readJson(file, VOCABULARY);
  const answers = new Set(Array.isArray(content) ? content : Object.keys(content));
  if (answers.size > 0) return answers;
  throw new VlPetError("data", "the answer vocabulary is empty", {
    where: file,
    fix: "leave the vocabulary out to accept every answer, or name a file that has one",
  });
}
