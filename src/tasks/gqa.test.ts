import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../random.ts";
import { TASKS } from "./tasks.ts";

const FIXTURES = "../shared/fixtures/gqa";

let folder = "";
let [train, valid, official] = ["", "", ""];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gqa-"));
  [train = "", valid = "", official = ""] = ["train", "valid", "official"].map((name) =>
    join(folder, `${name}.json`),
  );
  await writeFile(
    train,
    JSON.stringify([
      { question_id: "0900001", img_id: "1234567", sent: "Is the fence wooden?", label: { yes: 1 } },
      { question_id: "0900002", img_id: "1234567", sent: "What is that?", label: { dog: 0.5, puppy: 0.5 } },
      { question_id: "0900003", img_id: "1234567", sent: "What is this?", label: {} },
    ]),
  );
  await writeFile(
    valid,
    JSON.stringify([{ question_id: "0900004", img_id: "7", sent: "Who?", label: { man: 1 } }]),
  );
  const types = { structural: "query", semantic: "rel" };
  await writeFile(
    official,
    JSON.stringify({
      "0900005": { question: "Who?", imageId: "7", answer: "man", types, groups: { global: "person" } },
      "0900006": { question: "Where?", imageId: "7", answer: "left", types, groups: { global: null } },
      "0900007": {
        question: "Is it?",
        imageId: "7",
        answer: "no",
        types: { structural: "verify", semantic: "obj" },
      },
    }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const random = new RandomStream(1, "targets");

describe("gqa from the original's lists", () => {
  it("puts lists one after another, as the original trains on train and valid", async () => {
    const split = await TASKS.gqa.load({ train: { list: [train, valid] } }, "train");
    expect(split.examples.map(({ id }) => id)).toEqual(["0900001", "0900002", "0900003", "0900004"]);
    expect(split.examples[0]).toEqual({
      id: "0900001",
      images: ["1234567"],
      prompt: "gpa: Is the fence wooden?",
      references: ["yes"],
    });
    await expect(TASKS.gqa.load({ train: { list: [train, train] } }, "train")).rejects.toMatchObject({
      kind: "data",
      parts: { where: `${train}, [0]`, received: "0900001" },
    });
  });

  it("draws answers in proportion to their scores, and weighs none by its score", async () => {
    const split = await TASKS.gqa.load({ train: { list: train } }, "train");
    expect(split.target(0, random)).toEqual({ text: "yes", weight: 1 });
    const drawn = Array.from({ length: 1000 }, () => split.target(1, random));
    expect(new Set(drawn.map(({ text }) => text))).toEqual(new Set(["dog", "puppy"]));
    expect(drawn.every(({ weight }) => weight === 1)).toBe(true);
    expect(split.target(2, random)).toEqual({ text: "", weight: 1 });
  });

  it("scores by exact match alone", async () => {
    const split = await TASKS.gqa.load({ valid: { list: [train, valid] } }, "valid");
    const answers = new Map([
      ["0900004", "man"],
      ["0900001", "Yes"],
    ]);
    expect(split.score(answers)).toEqual({
      headline: { name: "accuracy", value: 50 },
      all: { accuracy: 50 },
      count: 2,
      perItem: new Map([
        ["0900001", 0],
        ["0900004", 100],
      ]),
    });
  });
});

describe("gqa from the official files", () => {
  it("breaks the accuracy down by type", async () => {
    const split = await TASKS.gqa.load({ valid: { questions: official } }, "valid");
    const answers = new Map([
      ["0900005", "woman"],
      ["0900006", "left"],
      ["0900007", "no"],
    ]);
    expect(split.score(answers).all).toEqual({
      accuracy: expect.closeTo(200 / 3, 9) as number,
      binary: 100,
      open: 50,
      "accuracy: query": 50,
      "accuracy: verify": 100,
      "accuracy: rel": 50,
      "accuracy: obj": 100,
      distribution: 0.01,
    });
    expect(split.score(new Map([["0900007", "yes"]])).all).toEqual({
      accuracy: 0,
      binary: 0,
      "accuracy: verify": 0,
      "accuracy: obj": 0,
    });
  });

  it("can only write results where there are no answers", async () => {
    const file = join(folder, "submission.json");
    await writeFile(file, '{"1": {"question": "Who?", "imageId": "7"}}');
    const split = await TASKS.gqa.load({ test: { questions: file } }, "test");
    expect(split.examples[0]?.references).toEqual([]);
    expect(() => split.target(0, random)).toThrow("no answers to train towards");
    expect(() => split.score(new Map([["1", "man"]]))).toThrow("no answer to compare with");
    expect(JSON.parse(split.resultFile(new Map([["1", "man"]])))).toEqual([
      { prediction: "man", questionId: "1" },
    ]);
  });

  it("takes lists or official questions as references, and not both", async () => {
    const { gqa } = TASKS;
    expect(await gqa.referenceSource([train, valid], "test")).toEqual({ list: [train, valid] });
    expect(await gqa.referenceSource([official], "test")).toEqual({ questions: [official] });
    await expect(gqa.referenceSource([train, official], "test")).rejects.toMatchObject({ kind: "config" });
    const other = join(folder, "other.csv");
    await writeFile(other, "dev-1-0-0,True\n");
    await expect(gqa.referenceSource([other], "test")).rejects.toMatchObject({
      kind: "data",
      parts: { where: other },
    });
  });
});

describe.skipIf(!existsSync(FIXTURES))("gqa on real questions (needs the shared annotations)", () => {
  interface Expected {
    readonly questions: number;
    readonly correct: number;
    readonly gqa_eval: Readonly<Record<"accuracy" | "binary" | "open" | "distribution", number>> &
      Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>>;
  }

  it.each(["testdev_subset_lxmert.json", "testdev_balanced_questions_subset.json"])(
    "scores real predictions against %s",
    async (references) => {
      const { gqa } = TASKS;
      const expected = JSON.parse(readFileSync(`${FIXTURES}/expected.json`, "utf8")) as Expected;
      const results = await gqa.readResults(`${FIXTURES}/predictions_llava-v1.5-13b.json`);
      const source = await gqa.referenceSource([`${FIXTURES}/${references}`], "test");
      const split = await gqa.load({ test: source }, "test");
      const { all, count, perItem } = split.score(results);
      expect(count).toBe(expected.questions);
      expect([...perItem.values()].filter((value) => value === 100)).toHaveLength(expected.correct);
      expect(all["accuracy"]).toBeCloseTo(expected.gqa_eval.accuracy, 9);
      if (references.includes("lxmert")) {
        expect(Object.keys(all)).toEqual(["accuracy"]);
        return;
      }
      for (const name of ["binary", "open", "distribution"] as const)
        expect(all[name], name).toBeCloseTo(expected.gqa_eval[name], 9);
      for (const kind of ["accuracyPerStructuralType", "accuracyPerSemanticType"]) {
        const types = Object.entries(expected.gqa_eval[kind] ?? {});
        expect(types.length).toBe(5);
        for (const [type, [value]] of types) expect(all[`accuracy: ${type}`], type).toBeCloseTo(value, 9);
      }
    },
  );

  it("finds the same questions in both forms", async () => {
    const [list, questions] = await Promise.all([
      TASKS.gqa.load({ test: { list: `${FIXTURES}/testdev_subset_lxmert.json` } }, "test"),
      TASKS.gqa.load({ test: { questions: `${FIXTURES}/testdev_balanced_questions_subset.json` } }, "test"),
    ]);
    expect(list.examples).toHaveLength(400);
    expect(questions.examples).toEqual(list.examples);
  });
});
