import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../random.ts";
import { TASKS } from "./tasks.ts";

const FIXTURES = "../shared/fixtures/nlvr2";

let folder = "";
let file = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nlvr-"));
  file = join(folder, "file");
});
afterAll(() => rm(folder, { recursive: true }));

const random = new RandomStream(1, "targets");

function listed(identifier: string, label?: number): object {
  return { uid: "nlvr2_valid_7", identifier, img0: "left", img1: "right", sent: "Both show dogs.", label };
}

async function splitOf(entries: readonly object[]) {
  await writeFile(file, JSON.stringify(entries));
  return TASKS.nlvr.load({ valid: { list: file } }, "valid");
}

describe("nlvr", () => {
  it("reads the original's lists", async () => {
    const split = await splitOf([listed("dev-77-1-0", 1), listed("dev-77-2-0", 0)]);
    expect(split.examples[0]).toEqual({
      id: "dev-77-1-0",
      images: ["left", "right"],
      prompt: "nlvr: Both show dogs.",
      references: ["true"],
    });
    expect([0, 1].map((i) => split.target(i, random))).toEqual([
      { text: "true", weight: 1 },
      { text: "false", weight: 1 },
    ]);
  });

  it("names the pictures of the official files after the identifier", async () => {
    await writeFile(file, '{"identifier": "dev-77-1-3", "sentence": "Both show dogs.", "label": "False"}\n');
    const { examples } = await TASKS.nlvr.load({ valid: { annotations: file } }, "valid");
    expect(examples).toEqual([
      {
        id: "dev-77-1-3",
        images: ["dev-77-1-img0", "dev-77-1-img1"],
        prompt: "nlvr: Both show dogs.",
        references: ["false"],
      },
    ]);
  });

  it("shows two pictures, cuts nothing, and answers by the likelier word", () => {
    expect(TASKS.nlvr.form({})).toEqual({
      loss: "example-mean",
      limits: { source: Number.POSITIVE_INFINITY, target: Number.POSITIVE_INFINITY },
      visual: "images",
      imageCount: 2,
      answer: { kind: "word", words: ["true", "false"] },
    });
  });

  it("scores accuracy, and consistency over the pairs of a sentence", async () => {
    const split = await splitOf(
      ["dev-1-0-0", "dev-1-1-0", "dev-1-0-1", "dev-2-0-0"].map((identifier) => listed(identifier, 1)),
    );
    const answers = split.examples.map(({ id }) => [id, id === "dev-1-1-0" ? "false" : "true"] as const);
    expect(split.score(new Map(answers))).toEqual({
      headline: { name: "accuracy", value: 75 },
      all: { accuracy: 75, consistency: expect.closeTo(200 / 3, 12) as number },
      count: 4,
      perItem: new Map(answers.map(([id, word]) => [id, word === "true" ? 100 : 0])),
    });
    expect(split.score(new Map(answers.slice(2))).all).toEqual({ accuracy: 100, consistency: 100 });
  });

  it("takes no other word for an answer", async () => {
    const split = await splitOf([listed("dev-77-1-0", 0)]);
    const answer = new Map([["dev-77-1-0", "True"]]);
    for (const use of [() => split.score(answer), () => split.resultFile(answer)])
      expect(use).toThrow("nlvr statement dev-77-1-0: this is no answer");
  });

  it("can only write results where there are no labels", async () => {
    const split = await splitOf([listed("test2-1-0-0")]);
    expect(split.examples[0]?.references).toEqual([]);
    expect(() => split.target(0, random)).toThrow("no answers to train towards");
    expect(() => split.target(1, random)).toThrow(RangeError);
    expect(() => split.score(new Map([["test2-1-0-0", "true"]]))).toThrow("no label to compare with");
    expect(split.resultFile(new Map([["test2-1-0-0", "true"]]))).toBe("test2-1-0-0,True\n");
  });

  it.each([
    [[listed("dev-77-1", 1)], "[0].identifier", "split-set-pair-sentence, such as dev-12-0-1"],
    [[listed("dev-77-1-0", 2)], "[0].label", "(0 | 1)"],
    [[listed("dev-77-1-0", 1), listed("dev-77-1-0", 0)], "statement 2", "every identifier once"],
  ])("refuses %j", async (entries, place, expected) => {
    await expect(splitOf(entries)).rejects.toMatchObject({
      kind: "data",
      parts: { where: `${file}, ${place}`, expected },
    });
  });

  it("takes a list or official lines as references", async () => {
    await writeFile(file, JSON.stringify([listed("dev-77-1-0", 1)]));
    expect(await TASKS.nlvr.referenceSource([file], "test")).toEqual({ list: file });
    await writeFile(file, "{}\n{}\n");
    expect(await TASKS.nlvr.referenceSource([file], "test")).toEqual({ annotations: file });
    await expect(TASKS.nlvr.referenceSource([file, file], "test")).rejects.toMatchObject({ kind: "config" });
  });
});

describe("nlvr result files", () => {
  it("are read with either end of line, in any case", async () => {
    await writeFile(file, "dev-1-0-0,True\r\n\r\ndev-1-1-0, false");
    expect(await TASKS.nlvr.readResults(file)).toEqual(
      new Map([
        ["dev-1-0-0", "true"],
        ["dev-1-1-0", "false"],
      ]),
    );
  });

  it.each([
    ["identifier,prediction\n", 1],
    ["dev-1-0-0,True\ndev-1-1-0\n", 2],
    ["dev-1-0-0,True,False\n", 1],
    [",True\n", 1],
    ["dev-1-0-0,constructor\n", 1],
  ])("with the line %j are refused", async (content, line) => {
    await writeFile(file, content);
    await expect(TASKS.nlvr.readResults(file)).rejects.toMatchObject({
      kind: "data",
      parts: { where: `${file}:${line}` },
    });
  });

  it("must not answer twice", async () => {
    await writeFile(file, "dev-1-0-0,True\ndev-1-0-0,True\n");
    await expect(TASKS.nlvr.readResults(file)).rejects.toThrow("two predictions are for the same example");
  });
});

describe.skipIf(!existsSync(FIXTURES))("nlvr on real statements (needs the shared annotations)", () => {
  it.each(["predictions_first_validator.csv", "predictions_all_true.csv"])(
    "gives the official scores of %s",
    async (name) => {
      const expected = JSON.parse(readFileSync(`${FIXTURES}/expected.json`, "utf8")) as Readonly<
        Record<string, { readonly accuracy: number; readonly consistency: number }>
      > & { readonly examples: number };
      const { nlvr } = TASKS;
      const source = await nlvr.referenceSource([`${FIXTURES}/dev_subset.json`], "test");
      const split = await nlvr.load({ test: source }, "test");
      const results = await nlvr.readResults(`${FIXTURES}/${name}`);
      const { all, count } = split.score(results);
      expect(count).toBe(expected.examples);
      const { accuracy = 0, consistency = 0 } = all;
      expect({ accuracy: accuracy / 100, consistency: consistency / 100 }).toEqual({
        accuracy: expect.closeTo(expected[name]?.accuracy ?? Number.NaN, 12) as number,
        consistency: expect.closeTo(expected[name]?.consistency ?? Number.NaN, 12) as number,
      });
      expect(split.resultFile(results)).toBe(readFileSync(`${FIXTURES}/${name}`, "utf8"));
    },
  );
});
