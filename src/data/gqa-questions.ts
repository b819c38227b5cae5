import * as v from "valibot";
import { readJsonEntries } from "./json-entries.ts";
import { uniqueIds } from "./unique-ids.ts";
import type { VisualQuestion } from "./visual-questions.ts";

/** What the official files say about a question beside the question. */
export interface GqaTypes {
  /** `query` questions are open, all others (verify, logical, choose, compare) binary. */
  readonly structural: string;
  /** What is asked about: obj, attr, cat, rel or global. */
  readonly semantic: string;
  /** The group whose answers are compared as a whole; null for questions outside of every group. */
  readonly group: string | null;
}

/** A question of GQA, with its types where the file has them. */
export interface GqaQuestionRecord extends VisualQuestion {
  readonly types?: GqaTypes;
}

const RECORD = v.object({
  question: v.string(),
  imageId: v.union([v.number(), v.string()]),
  answer: v.optional(v.string()),
  types: v.optional(v.object({ structural: v.string(), semantic: v.string() })),
  groups: v.optional(v.object({ global: v.optional(v.nullable(v.string())) })),
});

/**
 * Reads official GQA question files (`testdev_balanced_questions.json` and so on), one after another: objects from
 * question id to `question`, `imageId`, optional `answer`, `types` and `groups`. The questions come in the files' order.
 *
 * @throws VlPetError "data" when a file is unreadable or has another form, or a question id occurs twice.
 */
export async function readGqaQuestions(files: readonly string[]): Promise<GqaQuestionRecord[]> {
  const note = uniqueIds("question id");
  const questions: GqaQuestionRecord[] = [];
  for (const file of files) {
    for await (const { key: id, value } of readJsonEntries(file, RECORD)) {
      const { question, imageId, answer, types, groups } = value;
      note(id, `${file}, ${id}`);
      questions.push({
        id,
        image: String(imageId),
        question,
        label: answer === undefined ? undefined : new Map([[answer, 1]]),
        topkOptimal: undefined,
        ...(types && { types: { ...types, group: groups?.global ?? null } }),
      });
    }
  }
  return questions;
}
