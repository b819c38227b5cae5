import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readGqaQuestions } from "./gqa-questions.ts";
import { readVocabulary } from "./question-annotations.ts";
import { readQuestionLists } from "./visual-questions.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gqa-questions-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

describe("readGqaQuestions", () => {
  it("keeps the files' order and what they tell of each question", async () => {
    const first = await written(
      "first.json",
      `{"201": {"question": "Who?", "imageId": "n7", "answer": "man", "isBalanced": true, "semantic": [],
         "types": {"structural": "query", "semantic": "rel", "detailed": "relS"}, "groups": {"global": "person"}},
        "20": {"question": "Is it?", "imageId": 8}}`,
    );
    const second = await written(
      "second.json",
      `{"3": {"question": "Where?", "imageId": "n9", "answer": "left",
              "types": {"structural": "query", "semantic": "obj"}}}`,
    );
    const common = { topkOptimal: undefined };
    expect(await readGqaQuestions([first, second])).toEqual([
      {
        ...common,
        id: "201",
        image: "n7",
        question: "Who?",
        label: new Map([["man", 1]]),
        types: { structural: "query", semantic: "rel", group: "person" },
      },
      { ...common, id: "20", image: "8", question: "Is it?", label: undefined },
      {
        ...common,
        id: "3",
        image: "n9",
        question: "Where?",
        label: new Map([["left", 1]]),
        types: { structural: "query", semantic: "obj", group: null },
      },
    ]);
  });

  it("refuses an id that comes twice, in one file or in two, and questions of another form", async () => {
    const entry = '{"question": "Who?", "imageId": "n7"}';
    const twice = await written("twice.json", `{"1": ${entry}, "1": ${entry}}`);
    const once = await written("once.json", `{"1": ${entry}}`);
    const again = await written("again.json", `{"2": ${entry}, "1": ${entry}}`);
    for (const [files, last] of [
      [[twice], twice],
      [[once, again], again],
    ] as const) {
      await expect(readGqaQuestions(files)).rejects.toMatchObject({
        kind: "data",
        parts: { where: `${last}, 1`, received: "1" },
      });
    }
    const other = await written("other.json", '{"1": {"question": "Who?", "image": "n7"}}');
    await expect(readGqaQuestions([other])).rejects.toMatchObject({
      parts: { where: `${other}, 1.imageId` },
    });
  });
});

const FIXTURES = "../shared/fixtures/gqa";

describe.skipIf(!existsSync(FIXTURES))("real GQA files (needs the shared annotations)", () => {
  it("hold questions in their order, whose answers are of the 1842", async () => {
    const official = await readGqaQuestions([`${FIXTURES}/testdev_balanced_questions_subset.json`]);
    const list = await readQuestionLists([`${FIXTURES}/testdev_subset_lxmert.json`]);
    expect(official).toHaveLength(400);
    expect(official).toMatchObject(list);
    expect(official.every(({ types }) => types !== undefined)).toBe(true);
    const answers = await readVocabulary(`${FIXTURES}/trainval_ans2label.json`);
    expect(answers.size).toBe(1842);
    expect(await readVocabulary(`${FIXTURES}/trainval_label2ans.json`)).toEqual(answers);
    const unknown = official.filter(
      ({ label }) => ![...(label?.keys() ?? [])].every((text) => answers.has(text)),
    );
    expect(unknown.map(({ id }) => id)).toEqual([]);
  });
});
