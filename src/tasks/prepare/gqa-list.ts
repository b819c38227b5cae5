import * as v from "valibot";
import { readJsonEntries } from "../../data/json-entries.ts";

const QUESTION = v.object({
  question: v.string(),
  imageId: v.union([v.number(), v.string()]),
  answer: v.optional(v.string()),
});

/**
 * The records of `GQA/train.json` and so on, made of an official question file entry by entry, in its order (spec:
 * datasets §20): a question without an answer has no label.
 *
 * @throws VlPetError "data" when the file is unreadable or has another form.
 */
export async function* gqaList(file: string): AsyncGenerator<object> {
  for await (const { key, value } of readJsonEntries(file, QUESTION)) {
    const { question, imageId, answer } = value;
    yield {
      img_id: String(imageId),
      ...(answer === undefined ? {} : { label: Object.fromEntries([[answer, 1]]) }),
      question_id: key,
      sent: question,
    };
  }
}
