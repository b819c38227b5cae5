import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readVocabulary } from "../../data/index.ts";
import { countedVocabulary, givenVocabulary } from "./answer-vocabulary.ts";
import { karpathySplits, ownSplits } from "./coco-splits.ts";
import { gqaList } from "./gqa-list.ts";
import { jsonList } from "./json-list.ts";
import { nlvrList } from "./nlvr-list.ts";
import { officialQuestions, vqaList } from "./vqa-lists.ts";

const FIXTURES = "../shared/fixtures";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "prepare-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, content: unknown): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  return (await gathered(pieces)).join("");
}

/** An annotation file with these answers, as far as a vocabulary is counted from it. */
function annotated(answers: readonly string[]): object {
  return { annotations: answers.map((answer, i) => ({ question_id: i, multiple_choice_answer: answer })) };
}

/** People's answers as an annotation has them. */
function people(...texts: readonly string[]): readonly object[] {
  return texts.map((answer) => ({ answer }));
}

/** An official captions file of some images. */
function captions(release: string, ids: readonly number[]): object {
  return {
    images: ids.map((id) => ({ id, file_name: `COCO_${release}_${id}.jpg` })),
    annotations: ids.map((id) => ({ image_id: id, caption: ` caption ${id} ` })),
  };
}

function real(name: string): string {
  return `${FIXTURES}/vqa/${name}`;
}

describe("jsonList", () => {
  it("is what JSON.stringify makes of the whole list, in pieces", async () => {
    const records = Array.from({ length: 3000 }, (_, i) => ({
      id: i,
      label: { yes: 1 },
      sent: `q "${i}"\n é`,
    }));
    const pieces = await gathered(jsonList(records));
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.join("")).toBe(`${JSON.stringify(records, undefined, 4)}\n`);
    expect(JSON.parse(await textOf(jsonList([])))).toEqual([]);
  });
});

describe("gqaList", () => {
  it("has no label where there is no answer", async () => {
    const file = await written(
      "submission.json",
      '{"9": {"question": "why?", "imageId": 7}, "10": {"question": "a", "imageId": "n1", "answer": "yes"}}',
    );
    expect(await gathered(gqaList(file))).toEqual([
      { img_id: "7", question_id: "9", sent: "why?" },
      { img_id: "n1", label: { yes: 1 }, question_id: "10", sent: "a" },
    ]);
  });

  it.skipIf(!existsSync(`${FIXTURES}/gqa`))(
    "is LXMERT's list for real questions (needs the shared fixtures)",
    async () => {
      const made = await textOf(jsonList(gqaList(`${FIXTURES}/gqa/testdev_balanced_questions_subset.json`)));
      const lxmert = await readFile(`${FIXTURES}/gqa/testdev_subset_lxmert.json`, "utf8");
      expect(JSON.parse(made)).toEqual(JSON.parse(lxmert));
      expect(JSON.parse(made)).toHaveLength(400);
    },
  );
});

describe("nlvrList", () => {
  it("names pictures after the identifier and numbers the lines", async () => {
    const lines = [
      { identifier: "dev-1-0-1", sentence: "Both.", label: "True", extra: 1 },
      { identifier: "dev-1-2-0", sentence: "One.", label: "False" },
      { identifier: "dev-1-3-0", sentence: "None." },
    ];
    const file = await written("dev.json", lines.map((line) => JSON.stringify(line)).join("\n"));
    expect(await gathered(nlvrList(file, "valid"))).toEqual([
      {
        identifier: "dev-1-0-1",
        img0: "dev-1-0-img0",
        img1: "dev-1-0-img1",
        label: 1,
        sent: "Both.",
        uid: "nlvr2_valid_0",
      },
      {
        identifier: "dev-1-2-0",
        img0: "dev-1-2-img0",
        img1: "dev-1-2-img1",
        label: 0,
        sent: "One.",
        uid: "nlvr2_valid_1",
      },
      {
        identifier: "dev-1-3-0",
        img0: "dev-1-3-img0",
        img1: "dev-1-3-img1",
        sent: "None.",
        uid: "nlvr2_valid_2",
      },
    ]);
  });
});

describe("the answer vocabulary", () => {
  it("has the answers to nine questions, normalised, the most frequent first", async () => {
    const answers = [
      ...Array<string>(5).fill("Red."),
      ...Array<string>(5).fill("red"),
      ...Array<string>(9).fill("two"),
      ...Array<string>(8).fill("blue"),
      ...Array<string>(11).fill("the"),
    ];
    const files = [
      await written("a1.json", annotated(answers.slice(0, 20))),
      await written("a2.json", annotated(answers.slice(20))),
    ];
    expect(await countedVocabulary(files)).toEqual(["", "red", "2"]);
  });

  it("is read by its numbers from either file", async () => {
    expect(await givenVocabulary(await written("list.json", ["b", "2", "a"]))).toEqual(["b", "2", "a"]);
    expect(await givenVocabulary(await written("map.json", { a: 2, 2: 1, b: 0 }))).toEqual(["b", "2", "a"]);
    await expect(givenVocabulary(await written("gap.json", { a: 0, b: 2 }))).rejects.toThrow(
      "received: b: 2",
    );
  });
});

describe("VQA's lists", () => {
  const annotation = { question_type: "what", answer_type: "other" };

  it("divide questions by the split of their image, with soft scores of the vocabulary's answers", async () => {
    const questions = await written("q.json", {
      data_subtype: "val2014",
      questions: [
        { image_id: 1, question_id: 10, question: "What?" },
        { image_id: 2, question_id: 20, question: "Who?" },
        { image_id: 1, question_id: 11, question: "How?" },
      ],
    });
    const annotations = await written("a.json", {
      annotations: [
        { ...annotation, question_id: 10, answers: people("red", "red", "red", "red", "pink", "blue") },
        { ...annotation, question_id: 20, answers: people("he", "she") },
        { ...annotation, question_id: 11, answers: people("odd", "odd", "red") },
      ],
    });
    const official = await officialQuestions([questions], [annotations], ["red", "blue"]);
    const splits = new Map([
      ["COCO_val2014_000000000001", "train"],
      ["COCO_val2014_000000000002", "test"],
    ]);
    const record = { answer_type: "other", question_type: "what", img_id: "COCO_val2014_000000000001" };
    expect([...vqaList(official, splits, "train")]).toEqual([
      { ...record, question_id: 10, sent: "What?", label: { red: 1, blue: 0.3 }, is_topk_optimal: true },
      { ...record, question_id: 11, sent: "How?", label: { red: 0.3 }, is_topk_optimal: false },
    ]);
    expect([...vqaList(official, splits, "val")]).toEqual([]);
    expect([...vqaList(official, splits, "test")]).toHaveLength(1);
    expect(() => [...vqaList(official, new Map(), "test")]).toThrow("VQA question 10");
  });

  it.skipIf(!existsSync(`${FIXTURES}/vqa`))(
    "say of real questions what the vocabulary can answer (needs the shared fixtures)",
    async () => {
      const vocabulary = await givenVocabulary(real("trainval_ans2label.json"));
      expect(vocabulary).toEqual(JSON.parse(await readFile(real("trainval_label2ans.json"), "utf8")));
      expect(new Set(vocabulary)).toEqual(await readVocabulary(real("trainval_label2ans.json")));
      const files = [
        "v2_OpenEnded_mscoco_train2014_questions_subset.json",
        "v2_mscoco_train2014_annotations_subset.json",
      ];
      const [questions = "", annotations = ""] = files.map(real);
      const official = await officialQuestions([questions], [annotations], vocabulary);
      const splits = new Map(official.questions.map(({ image }) => [image, "train"]));
      const list = [...vqaList(official, splits, "train")] as { is_topk_optimal: boolean; label: object }[];
      expect(list).toHaveLength(693);
      const optimal = list.filter((record) => record.is_topk_optimal);
      expect(optimal.length).toBeGreaterThan(500);
      for (const { label } of optimal)
        expect(Math.max(...(Object.values(label) as number[]))).toBeGreaterThan(0);
    },
  );
});

describe("the splits of COCO's images", () => {
  it("are Karpathy's, restval being train", async () => {
    const images = [
      { filename: "COCO_train2014_000000000001.jpg", split: "train" },
      { filename: "COCO_val2014_000000000002.jpg", split: "restval" },
      { filename: "COCO_val2014_000000000003.jpg", split: "test" },
    ];
    expect([...(await karpathySplits(await written("k.json", { images })))]).toEqual([
      ["COCO_train2014_000000000001", "train"],
      ["COCO_val2014_000000000002", "train"],
      ["COCO_val2014_000000000003", "test"],
    ]);
  });

  it("or our own, where that is wanted", async () => {
    const train2014 = await written("ct.json", captions("train2014", [5]));
    const val2014 = await written("cv.json", captions("val2014", [6, 7, 8]));
    const { images, splits } = await ownSplits({ train2014, val2014 });
    expect([...splits.values()]).toEqual(["train", "val", "test", "val"]);
    expect(images[1]).toEqual({
      filename: "COCO_val2014_6.jpg",
      filepath: "val2014",
      split: "val",
      cocoid: 6,
      sentences: [{ raw: "caption 6" }],
    });
  });
});
