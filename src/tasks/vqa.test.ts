import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../random.ts";
import { TASKS } from "./tasks.ts";

const FIXTURES = "../shared/fixtures/vqa";

function answers(texts: readonly string[]): object[] {
  return texts.map((answer, i) => ({ answer, answer_id: i + 1 }));
}

let folder = "";
let list = "";
let questions = "";
let annotations = "";
let vocabulary = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vqa-"));
  [list = "", questions = "", annotations = "", vocabulary = ""] = ["l", "q", "a", "v"].map((name) =>
    join(folder, `${name}.json`),
  );
  const img = "COCO_val2014_000000000042";
  await writeFile(
    list,
    JSON.stringify([
      {
        img_id: img,
        question_id: 1,
        sent: "What color?",
        label: { red: 1, orange: 0.3 },
        is_topk_optimal: true,
      },
      { img_id: img, question_id: 2, sent: "How many?", label: {}, is_topk_optimal: false },
    ]),
  );
  await writeFile(
    questions,
    JSON.stringify({
      data_subtype: "val2014",
      questions: [
        { image_id: 42, question_id: 1, question: "What color?" },
        { image_id: 42, question_id: 2, question: "How many?" },
      ],
    }),
  );
  await writeFile(
    annotations,
    JSON.stringify({
      annotations: [
        {
          question_id: 1,
          question_type: "what color",
          answer_type: "other",
          answers: answers(["red", "red", "red", "red", "red", "red", "red", "red", "orange", "Red."]),
        },
        {
          question_id: 2,
          question_type: "how many",
          answer_type: "number",
          answers: answers(Array(10).fill("two")),
        },
      ],
    }),
  );
  await writeFile(vocabulary, '["red", "orange"]');
});
afterAll(() => rm(folder, { recursive: true }));

describe("vqa from the original's lists", () => {
  it("asks with the task prompt before the question", async () => {
    const split = await TASKS.vqa.load({ train: { list } }, "train");
    expect(split.examples[0]).toEqual({
      id: "1",
      images: ["COCO_val2014_000000000042"],
      prompt: "vqa: What color?",
      references: ["red", "orange"],
    });
    const unprompted = await TASKS.vqa.load({ train: { list } }, "train", { prompt: "" });
    expect(unprompted.examples[0]?.prompt).toBe("What color?");
  });

  it("draws an answer in proportion to its score, which is its weight", async () => {
    const split = await TASKS.vqa.load({ train: { list } }, "train");
    const random = new RandomStream(3, "answers");
    const drawn = Array.from({ length: 4000 }, () => split.target(0, random));
    const red = drawn.filter((target) => target.text === "red");
    expect(red[0]).toEqual({ text: "red", weight: 1 });
    expect(drawn.find((target) => target.text !== "red")).toEqual({ text: "orange", weight: 0.3 });
    expect(red.length / drawn.length).toBeCloseTo(1 / 1.3, 1);
    expect(split.target(0, new RandomStream(9, "x"))).toEqual(split.target(0, new RandomStream(9, "x")));
  });

  it("trains a question without scored answers towards nothing, with weight 0", async () => {
    const split = await TASKS.vqa.load({ train: { list } }, "train");
    expect(split.target(1, new RandomStream(1, "x"))).toEqual({ text: "", weight: 0 });
    expect(() => split.target(2, new RandomStream(1, "x"))).toThrow(RangeError);
  });

  it("scores by soft labels when there is nothing else", async () => {
    const split = await TASKS.vqa.load({ train: { list } }, "train");
    expect(
      split.score(
        new Map([
          ["1", "orange"],
          ["2", "two"],
        ]),
      ),
    ).toEqual({
      headline: { name: "topk_score", value: 15 },
      all: { topk_score: 15 },
      count: 2,
      perItem: new Map([
        ["1", 30],
        ["2", 0],
      ]),
    });
  });

  it("scores by people's answers when it has them, and by whether the list can give the best", async () => {
    const split = await TASKS.vqa.load({ test: { list, annotations: [annotations] } }, "test");
    const scores = split.score(
      new Map([
        ["1", "red"],
        ["2", "three"],
      ]),
    );
    expect(scores.headline).toEqual({ name: "accuracy", value: 50 });
    expect(scores.all).toEqual({
      accuracy: 50,
      official_accuracy: 50,
      topk_score: 50,
      topk_optimal: 100,
      topk_not_optimal: 0,
      "accuracy: other": 100,
      "accuracy: number": 0,
    });
    expect(scores.perItem).toEqual(
      new Map([
        ["1", 100],
        ["2", 0],
      ]),
    );
  });

  it("takes several lists, as files of a split and as references", async () => {
    const more = join(folder, "more.json");
    await writeFile(more, '[{ "img_id": "x", "question_id": 3, "sent": "Why?", "label": { "so": 1 } }]');
    const entry = await TASKS.vqa.referenceSource([more, list], "train");
    expect(entry).toEqual({ list: [more, list] });
    const split = await TASKS.vqa.load({ train: entry }, "train");
    expect(split.examples.map(({ id }) => id)).toEqual(["3", "1", "2"]);
    await expect(TASKS.vqa.referenceSource([list, questions], "train")).rejects.toMatchObject({
      kind: "config",
    });
    await expect(TASKS.vqa.load({ test: { list: [list, more], annotations } }, "test")).rejects.toMatchObject(
      {
        parts: { where: `${list}, ${more}`, expected: "an annotation with question_id 3" },
      },
    );
  });

  it("refuses annotations that do not cover the list", async () => {
    const other = join(folder, "other.json");
    await writeFile(other, '{"annotations": []}');
    await expect(TASKS.vqa.load({ test: { list, annotations: other } }, "test")).rejects.toMatchObject({
      kind: "data",
      parts: { where: list, expected: "an annotation with question_id 1" },
    });
  });
});

describe("vqa from the official pair", () => {
  it("makes the labels from people's answers and a vocabulary", async () => {
    const split = await TASKS.vqa.load({ train: { questions, annotations, vocabulary } }, "train");
    expect(split.examples[0]).toMatchObject({
      id: "1",
      images: ["COCO_val2014_000000000042"],
      references: ["red", "orange"],
    });
    expect(split.target(1, new RandomStream(1, "x"))).toEqual({ text: "", weight: 0 });
    const open = await TASKS.vqa.load({ train: { questions, annotations } }, "train");
    expect(open.target(1, new RandomStream(1, "x"))).toEqual({ text: "two", weight: 1 });
  });

  it("scores the best answers highest, by either evaluator", async () => {
    const split = await TASKS.vqa.load({ val: { questions, annotations } }, "val");
    const best = new Map(split.examples.map(({ id, references }) => [id, references[0] ?? ""]));
    // The original's evaluator leaves unanimous answers as they are and turns the predicted "two" into "2".
    expect(split.score(best).all).toMatchObject({ accuracy: 50, official_accuracy: 100, topk_score: 100 });
    expect(split.score(new Map([["1", "blue"]]))).toMatchObject({ count: 1, headline: { value: 0 } });
  });

  it("can only write results where nobody answered", async () => {
    const split = await TASKS.vqa.load({ test: { questions, imageName: "{id:6}" } }, "test");
    expect(split.examples[0]).toMatchObject({ images: ["000042"], references: [] });
    expect(() => split.target(0, new RandomStream(1, "x"))).toThrow("no answers to train towards");
    expect(() => split.score(new Map([["1", "red"]]))).toThrow("neither labels nor people's answers");
    const results = split.resultFile(
      new Map([
        ["2", "2"],
        ["1", "red"],
      ]),
    );
    expect(JSON.parse(results)).toEqual([
      { answer: "red", question_id: 1 },
      { answer: "2", question_id: 2 },
    ]);
    expect(() => split.resultFile(new Map([["7", "x"]]))).toThrow("no example");
  });

  it("names the part of the source that is wrong", async () => {
    await expect(TASKS.vqa.load({ val: { annotations } }, "val")).rejects.toMatchObject({
      kind: "config",
      parts: { where: "val.questions" },
    });
    await expect(TASKS.vqa.load({ val: { list: 3 } }, "val")).rejects.toMatchObject({
      parts: { where: "val.list" },
    });
    await expect(TASKS.vqa.load({ val: { list, vocabulary } }, "val")).rejects.toMatchObject({
      parts: { where: "val.vocabulary", expected: "no entry of this name" },
    });
  });
});

describe.skipIf(!existsSync(FIXTURES))("vqa on real VQA v2 questions (needs the shared annotations)", () => {
  it("gives the values of both evaluators", async () => {
    const source = {
      val: {
        questions: `${FIXTURES}/v2_OpenEnded_mscoco_train2014_questions_subset.json`,
        annotations: `${FIXTURES}/v2_mscoco_train2014_annotations_subset.json`,
      },
    };
    const split = await TASKS.vqa.load(source, "val");
    const results = JSON.parse(readFileSync(`${FIXTURES}/results_human.json`, "utf8")) as {
      question_id: number;
      answer: string;
    }[];
    const expected = JSON.parse(readFileSync(`${FIXTURES}/expected.json`, "utf8")) as {
      human: Record<
        "official" | "vlpet",
        { accuracy: { overall: number; perAnswerType: Record<string, number> } }
      >;
    };
    const scores = split.score(new Map(results.map((result) => [String(result.question_id), result.answer])));
    const { official, vlpet } = expected.human;
    expect(scores.count).toBe(693);
    expect(scores.headline.value).toBe(vlpet.accuracy.overall);
    expect(scores.all["official_accuracy"]).toBe(official.accuracy.overall);
    for (const [type, value] of Object.entries(vlpet.accuracy.perAnswerType)) {
      expect(scores.all[`accuracy: ${type}`]).toBe(value);
    }
  });
});
