import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { holdsBestAnswer, readAnnotations, readVocabulary, softScores } from "./question-annotations.ts";
import { readOfficialQuestions, readQuestionLists } from "./visual-questions.ts";

const FIXTURES = "../shared/fixtures/vqa";

let folder = "";
let file = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "questions-"));
  file = join(folder, "questions.json");
});
afterAll(() => rm(folder, { recursive: true }));

const TEN = ["red", "red", "red", "red", "orange", "orange", "orange", "pink", "pink", ""];

describe("softScores", () => {
  it("are 0.3, 0.6, 0.9 and 1 by the number of people, without empty answers", () => {
    expect(softScores(TEN)).toEqual(
      new Map([
        ["red", 1],
        ["orange", 0.9],
        ["pink", 0.6],
      ]),
    );
    expect(softScores(["a"])).toEqual(new Map([["a", 0.3]]));
  });

  it("are kept for the answers of a vocabulary only", () => {
    expect(softScores(TEN, new Set(["pink", "blue"]))).toEqual(new Map([["pink", 0.6]]));
    expect(holdsBestAnswer(TEN, new Set(["red"]))).toBe(true);
    expect(holdsBestAnswer(TEN, new Set(["pink", "orange"]))).toBe(false);
    expect(holdsBestAnswer(["a", "b"], new Set(["b"]))).toBe(true);
  });
});

describe("readVocabulary", () => {
  it("takes a list or an object", async () => {
    await writeFile(file, '["", "yes"]');
    expect(await readVocabulary(file)).toEqual(new Set(["", "yes"]));
    await writeFile(file, '{"no": 0, "yes": 1}');
    expect(await readVocabulary(file)).toEqual(new Set(["no", "yes"]));
  });

  it("refuses an empty vocabulary and other content", async () => {
    await writeFile(file, "[]");
    await expect(readVocabulary(file)).rejects.toThrow("empty");
    await writeFile(file, "[1]");
    await expect(readVocabulary(file)).rejects.toMatchObject({ kind: "data" });
  });
});

describe("readQuestionLists", () => {
  it("reads the original's schema", async () => {
    await writeFile(
      file,
      JSON.stringify([
        {
          question_id: 5,
          img_id: "COCO_val2014_000000000042",
          question_type: "what",
          sent: "What color?",
          label: { red: 1, "": 0.3, 2: 0.6 },
          is_topk_optimal: true,
        },
        { question_id: "q6", img_id: 7, question: "Why?" },
      ]),
    );
    const label = new Map([
      ["2", 0.6],
      ["red", 1],
    ]);
    expect(await readQuestionLists([file])).toEqual([
      { id: 5, image: "COCO_val2014_000000000042", question: "What color?", label, topkOptimal: true },
      { id: "q6", image: "7", question: "Why?", label: undefined, topkOptimal: undefined },
    ]);
  });

  it.each([
    ['[{"question_id": 5, "img_id": "a"}]', "[0]"],
    ['[{"question_id": 5, "img_id": "a", "sent": "x", "label": {"red": "1"}}]', "[0].label"],
    ['[{"img_id": "a", "sent": "x"}]', "[0].question_id"],
    ['{"questions": []}', ""],
  ])("names the place of another form: %s", async (content, place) => {
    await writeFile(file, content);
    const where = place === "" ? file : `${file}, ${place}`;
    await expect(readQuestionLists([file])).rejects.toMatchObject({ kind: "data", parts: { where } });
  });

  it("refuses a question id that comes twice, as number or text", async () => {
    await writeFile(
      file,
      '[{"question_id": 5, "img_id": "a", "sent": "x"}, {"question_id": "5", "img_id": "a", "sent": "y"}]',
    );
    await expect(readQuestionLists([file])).rejects.toMatchObject({
      parts: { where: `${file}, [1]`, received: "5" },
    });
  });
});

describe("readOfficialQuestions", () => {
  const question = { image_id: 42, question_id: 42001, question: "What color?" };
  const answers = TEN.map((answer, i) => ({ answer, answer_confidence: "yes", answer_id: i + 1 }));

  async function annotations(): Promise<Awaited<ReturnType<typeof readAnnotations>>> {
    const path = join(folder, "annotations.json");
    const entry = { question_id: 42001, question_type: "what color", answer_type: "other", answers };
    await writeFile(path, JSON.stringify({ annotations: [entry] }));
    return readAnnotations([path]);
  }

  it("joins questions with people's answers", async () => {
    await writeFile(file, JSON.stringify({ data_subtype: "val2014", questions: [question] }));
    const found = await annotations();
    expect(found.get("42001")).toEqual({ answers: TEN, questionType: "what color", answerType: "other" });
    const image = "COCO_val2014_000000000042";
    expect(await readOfficialQuestions(file, { annotations: found, vocabulary: new Set(["pink"]) })).toEqual([
      { id: 42001, image, question: "What color?", label: new Map([["pink", 0.6]]), topkOptimal: false },
    ]);
    expect(await readOfficialQuestions(file, {})).toMatchObject([
      { image, label: undefined, topkOptimal: undefined },
    ]);
  });

  it("names images by subtype, by number, or as told", async () => {
    await writeFile(file, JSON.stringify({ data_subtype: "test-dev2015", questions: [question] }));
    expect(await readOfficialQuestions(file, {})).toMatchObject([{ image: "COCO_test2015_000000000042" }]);
    await writeFile(file, JSON.stringify({ questions: [question] }));
    expect(await readOfficialQuestions(file, {})).toMatchObject([{ image: "42" }]);
    expect(await readOfficialQuestions(file, { imageName: "photo-{id:4}" })).toMatchObject([
      { image: "photo-0042" },
    ]);
  });

  it("refuses a question that nobody answered, and annotations of another form", async () => {
    await writeFile(file, JSON.stringify({ questions: [question, { ...question, question_id: 42002 }] }));
    await expect(readOfficialQuestions(file, { annotations: await annotations() })).rejects.toMatchObject({
      parts: { where: `${file}, questions[1]`, expected: "an annotation with question_id 42002" },
    });
    await expect(readAnnotations([file])).rejects.toMatchObject({ parts: { where: `${file}, annotations` } });
  });

  it("reads annotations once, and refuses two of one question", async () => {
    const one = join(folder, "one.json");
    await writeFile(one, '{"annotations": [{"question_id": 7, "answers": [{"answer": "red"}]}]}');
    expect(await readAnnotations([one])).toBe(await readAnnotations([one]));
    await expect(readAnnotations([one, one])).rejects.toMatchObject({
      kind: "data",
      parts: { where: `${one}, annotations[0]`, received: "7" },
    });
  });
});

describe.skipIf(!existsSync(FIXTURES))(
  "the readers on real VQA v2 files (needs the shared annotations)",
  () => {
    it("read the official pair and the 3129 answers", async () => {
      const found = await readAnnotations([`${FIXTURES}/v2_mscoco_train2014_annotations_subset.json`]);
      const vocabulary = await readVocabulary(`${FIXTURES}/trainval_ans2label.json`);
      expect(vocabulary.size).toBe(3129);
      expect(await readVocabulary(`${FIXTURES}/trainval_label2ans.json`)).toEqual(vocabulary);
      const questions = await readOfficialQuestions(
        `${FIXTURES}/v2_OpenEnded_mscoco_train2014_questions_subset.json`,
        { annotations: found, vocabulary },
      );
      expect(questions).toHaveLength(693);
      expect(questions[0]).toMatchObject({ id: 92000, image: "COCO_train2014_000000000092" });
      const answerable = questions.filter((question) => question.topkOptimal);
      expect(answerable.length / questions.length).toBeGreaterThan(0.85);
    });
  },
);
