import * as v from "valibot";
import type { RunTask } from "../config/index.ts";
import { readJson } from "../data/index.ts";
import { VlPetError } from "../error.ts";

/** What a benchmark's result file calls an example's id and its text. */
const RESULT_KEYS: Readonly<Record<RunTask, { readonly id: string; readonly text: string }>> = {
  vqa: { id: "question_id", text: "answer" },
  caption: { id: "image_id", text: "caption" },
};

const Id = v.union([v.number(), v.string()]);

/**
 * The predictions of a benchmark's result file, by example id.
 *
 * @throws VlPetError "data" when the file cannot be read, has another form, or holds an id twice.
 */
export async function readResults(task: RunTask, file: string): Promise<ReadonlyMap<string, string>> {
  const { id, text } = RESULT_KEYS[task];
  const records = await readJson(file, v.array(v.looseObject({ [id]: Id, [text]: v.string() })));
  const found = new Map<string, string>();
  for (const [index, record] of records.entries()) {
    const key = String(record[id]);
    if (found.has(key)) {
      throw new VlPetError("data", "two predictions are for the same example", {
        where: `${file}, entry ${index}`,
        expected: `every ${id} once`,
        received: key,
        fix: "remove one of them",
      });
    }
    found.set(key, String(record[text]));
  }
  return found;
}
