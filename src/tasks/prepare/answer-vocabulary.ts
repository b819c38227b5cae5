import * as v from "valibot";
import { readJson } from "../../data/index.ts";
import { NUMBERS_BY_ANSWER } from "../../data/question-annotations.ts";
import { VlPetError } from "../../error.ts";
import { normalizeAnswer } from "../../metrics/index.ts";

/** Questions that an answer must be the answer to. */
const FEWEST_QUESTIONS = 9;

const ANNOTATIONS = v.object({
  annotations: v.array(
    v.object({ question_id: v.union([v.number(), v.string()]), multiple_choice_answer: v.string() }),
  ),
});

/**
 * The answers that VQA models choose from, as the bottom-up-attention models and LXMERT count them: what most people
 * answered, normalised, where that is the answer to at least nine questions of both splits. The most frequent come
 * first, of equally frequent ones the one that was met first; the published list has the same kind of entries in an
 * order of its own.
 *
 * @throws VlPetError "data" when a file is unreadable or has another form.
 */
export async function countedVocabulary(annotationFiles: readonly string[]): Promise<readonly string[]> {
  const questions = new Map<string, number>();
  for (const file of annotationFiles) {
    for (const { multiple_choice_answer: answer } of (await readJson(file, ANNOTATIONS)).annotations) {
      const normal = normalizeAnswer(answer);
      questions.set(normal, (questions.get(normal) ?? 0) + 1);
    }
  }
  return [...questions]
    .filter(([, count]) => count >= FEWEST_QUESTIONS)
    .toSorted(([, a], [, b]) => b - a)
    .map(([answer]) => answer);
}

const VOCABULARY = v.lazy((content) => (Array.isArray(content) ? v.array(v.string()) : NUMBERS_BY_ANSWER));

/**
 * The answers of a vocabulary file, by their numbers.
 *
 * @throws VlPetError "data" when the file is unreadable or of another form, or the numbers are not 0, 1, 2, ….
 */
export async function givenVocabulary(file: string): Promise<readonly string[]> {
  const content = await readJson(file, VOCABULARY);
  if (Array.isArray(content)) return content;
  const numbered = Object.entries(content).toSorted(([, a], [, b]) => a - b);
  const gap = numbered.findIndex(([, number], i) => number !== i);
  if (gap === -1) return numbered.map(([answer]) => answer);
  throw new VlPetError("data", "the answers are not numbered through", {
    where: file,
    expected: `one answer with the number ${gap}`,
    received: `${numbered[gap]?.[0]}: ${numbered[gap]?.[1]}`,
    fix: "take the file that belongs to trainval_label2ans.json",
  });
}
