import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../random.ts";
import { TASKS } from "./tasks.ts";
import type { TaskSplit } from "./task.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "custom-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Given {
  readonly settings?: object;
  readonly split?: string;
  readonly name?: string;
}

/** The split that a table makes. */
async function loaded(content: string, { settings = {}, split = "train", name = "rows.csv" }: Given = {}) {
  const rows = join(folder, name);
  await writeFile(rows, content);
  return TASKS.custom.load({ ...settings, [split]: { rows } }, split);
}

function lines(...rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

function drawn(split: TaskSplit, index: number, times = 1): readonly string[] {
  const random = new RandomStream(5, "targets");
  return Array.from({ length: times }, () => split.target(index, random).text);
}

describe("own data without any settings", () => {
  it("is image, question and answer", async () => {
    const split = await loaded(
      "image,question,answer\nphotos/cat.jpg,what is it?,a cat\ndog.png,and this?,a dog\n",
    );
    expect(split.examples).toEqual([
      { id: "1", images: ["cat"], prompt: "custom: what is it?", references: ["a cat"] },
      { id: "2", images: ["dog"], prompt: "custom: and this?", references: ["a dog"] },
    ]);
    expect(split.form).toMatchObject({
      loss: "example-mean",
      limits: { source: 100, target: 20 },
      answer: { kind: "text", beams: 1, maxLength: 20 },
    });
    expect(split.target(1, new RandomStream(1, "x"))).toEqual({ text: "a dog", weight: 1 });
  });

  it("has several answers in a list, the most frequent first, drawn as often as they occur", async () => {
    const split = await loaded("id,image,question,answers\nq7,a.jpg,why?,sun|rain | rain\n");
    expect(split.examples[0]).toMatchObject({ id: "q7", references: ["rain", "rain", "sun"] });
    const texts = drawn(split, 0, 3000);
    expect(texts.filter((text) => text === "rain").length / 3000).toBeCloseTo(2 / 3, 1);
    const json = lines({ id: 7, image: "a.jpg", question: "why?", answer: ["sun|moon", 3] });
    expect((await loaded(json, { name: "rows.jsonl" })).examples[0]).toMatchObject({
      id: "7",
      references: ["sun|moon", "3"],
    });
    const single = lines({ image: "a.jpg", question: "why?", answer: " sun|moon" });
    expect((await loaded(single, { name: "rows.jsonl" })).examples[0]?.references).toEqual(["sun|moon"]);
  });

  it("needs no answers where it is only predicted", async () => {
    const split = await loaded("image,question\na.jpg,why?\n", { split: "test" });
    expect(split.examples[0]?.references).toEqual([]);
    expect(() => split.score(new Map([["1", "sun"]]))).toThrow("none of the predicted rows has a target");
    expect(() => drawn(split, 0)).toThrow("nothing to train towards");
    expect(split.resultFile(new Map([["1", "sun"]]))).toBe('{"id":"1","prediction":"sun"}\n');
  });

  it("scores those that have one", async () => {
    const split = await loaded("image,question,answer\na.jpg,a?,Sun\nb.jpg,b?,\nc.jpg,c?,rain\n", {
      split: "test",
    });
    const texts = new Map([
      ["1", "sun"],
      ["2", "x"],
      ["3", "y"],
    ]);
    expect(split.score(texts)).toEqual({
      headline: { name: "accuracy", value: 50 },
      all: { accuracy: 50 },
      count: 2,
      perItem: new Map([
        ["1", 100],
        ["3", 0],
      ]),
    });
  });
});

describe("the settings of own data", () => {
  it("say template and columns", async () => {
    const settings = {
      template: "{statement} ({{{place}}})",
      columns: { id: "key", image: "pictures", target: "label" },
      separator: ";",
      images: 2,
    };
    const split = await loaded("key,pictures,statement,place,label\nk,a.png;b.png,both red,sky,true\n", {
      settings,
    });
    expect(split.examples).toEqual([
      { id: "k", images: ["a", "b"], prompt: "custom: both red ({sky})", references: ["true"] },
    ]);
    expect(split.form.imageCount).toBe(2);
  });

  it("say that there are clips, limits, beams and the batch's share", async () => {
    const settings = {
      visual: "clip",
      limits: { source: null, target: 5 },
      beams: "config",
      maxLength: 7,
      loss: "token-mean",
      batchShare: 0.5,
      template: "",
    };
    const split = await loaded("clip,answer\nday/scene.1.npz,a man\n", { settings });
    expect(split.examples[0]).toMatchObject({ images: ["scene.1"], prompt: "custom: " });
    expect(split.form).toEqual({
      loss: "token-mean",
      limits: { source: Infinity, target: 5 },
      visual: "clip",
      imageCount: 1,
      batchShare: 0.5,
      answer: { kind: "text", beams: "config", maxLength: 7 },
    });
  });

  it("let every row have choices of its own, one of which is written", async () => {
    const split = await loaded("image,question,choices,answer\na.jpg,which?,red|Dark Blue,Dark Blue\n", {
      settings: { answer: "choice", metrics: ["exact"] },
    });
    expect(split.examples[0]?.prompt).toBe("custom: which? choices: red, Dark Blue");
    expect(split.form.answer.kind).toBe("text");
    expect(split.score(new Map([["1", " dark blue"]])).headline).toEqual({ name: "exact", value: 100 });
    expect(split.resultFile(new Map([["1", "dark  blue"]]))).toBe('{"id":"1","prediction":"Dark Blue"}\n');
    expect(split.resultFile(new Map([["1", "pink"]]))).toBe('{"id":"1","prediction":"pink"}\n');
  });

  it("let all rows share words, one of which is chosen", async () => {
    const settings = { answer: "choice", choices: ["yes", "no"], template: "{question} {choices}" };
    const split = await loaded("image,question,answer\na.jpg,red?,no\n", { settings });
    expect(split.examples[0]?.prompt).toBe("custom: red? yes, no");
    expect(split.form.answer).toEqual({ kind: "word", words: ["yes", "no"] });
  });

  it("name several metrics, of which the first is the headline", async () => {
    const split = await loaded("image,answer\na.jpg,a red kite in the sky\nb.jpg,two dogs\n", {
      settings: { metrics: ["cider", "accuracy"], template: "" },
    });
    const { headline, all } = split.score(new Map([["1", "A red kite in the sky"]]));
    expect(headline.name).toBe("cider");
    expect(all).toEqual({ cider: headline.value, accuracy: 100 });
  });

  it.each([
    [{ metrics: ["accurracy"] }, "tasks.custom.metrics.0", '"accurracy"'],
    [{ template: "{a" }, "tasks.custom.template", "column names in braces"],
    [{ choices: ["yes"] }, "tasks.custom.choices", "1"],
  ])("%j are refused", async (settings, ...says) => {
    const failed = loaded("image,question,answer\na.jpg,b?,c\n", { settings });
    for (const words of says) await expect(failed).rejects.toThrow(words);
  });

  it("join several files into one split, numbered on", async () => {
    const [first, second] = [join(folder, "one.csv"), join(folder, "two.jsonl")];
    await writeFile(first, "image,question,answer\na.jpg,a?,1\n");
    await writeFile(second, lines({ image: "b.jpg", question: "b?", answer: 2 }));
    const split = await TASKS.custom.load({ train: { rows: [first, second] } }, "train");
    expect(split.examples.map(({ id, images }) => ({ id, images }))).toEqual([
      { id: "1", images: ["a"] },
      { id: "2", images: ["b"] },
    ]);
  });
});

describe("rows that are wrong", () => {
  const CHOICE = { answer: "choice" };
  it.each([
    ["image,answer\na.jpg,b\n", {}, ':2: there is no column "question"'],
    ["question,answer\na?,b\n", {}, ':2: there is no column "image" or "images"'],
    ["image,question\na.jpg,b?\n", {}, ':2: there is no column "answer" or "answers"'],
    ["image,question,answer\na.jpg,b?,c\nb.jpg,c?, \n", {}, ":3: the row has nothing to train towards"],
    [
      "image,question,answer\na.jpg|b.jpg,b?,c\n",
      {},
      "expected: 1 in the column image\n  received: a.jpg, b.jpg",
    ],
    ["image,question,answer\n,b?,c\n", {}, "received: none"],
    ["image,question,answer\na,b?,c\n", { images: 2 }, "expected: 2 in the column image"],
    ["image,question,answer\na,b?,c\n", { visual: "clip" }, ':2: there is no column "clip"'],
    ["clip,question,answer\na|b,b?,c\n", { visual: "clip" }, "another number of clips"],
    ["image,question,answer\na,b?,c\n", { template: "{qestion}" }, 'there is no column "qestion"'],
    ["image,question,answer\na,b?,c\n", { columns: { target: "label" } }, 'no column "label"'],
    ["image,question,answer\na,b?,c\n", CHOICE, 'no column "choices"'],
    ["image,question,answer,choices\na,b?,c,c\n", CHOICE, ":2: there is nothing to choose from"],
    ["image,question,answer,choices\na,b?,c,d|e\n", CHOICE, ":2: the target is none of the choices"],
    ["image,question,answer\na,b?,c\n", { ...CHOICE, choices: ["x", "y"] }, "expected: one of x, y"],
    ["id,image,question,answer\n1,a,b?,c\n1,a,d?,e\n", {}, ":3: the same id occurs twice"],
    ['image,question,answer\na,"b?,c\n', {}, ":2: a quote is opened and never closed"],
  ])("%j with %j", async (content, settings, says) => {
    const failed = loaded(content, { settings });
    await expect(failed).rejects.toThrow(says);
    await expect(failed).rejects.toThrow(/^\S+rows\.csv:\d+: /);
    await expect(failed).rejects.toThrow(/\n {2}fix: /);
  });
});

describe("a question about own data", () => {
  it("fills the template's only column, whatever it is called", () => {
    const settings = { template: "is it true? {statement}" };
    expect(TASKS.custom.ask({ text: "two dogs" }, settings)).toEqual({
      prompt: "custom: is it true? two dogs",
    });
    expect(TASKS.custom.ask({ parts: { statement: "two dogs" } }, settings, { prompt: "" })).toEqual({
      prompt: "is it true? two dogs",
    });
  });

  it("can have subtitles, a time and choices", () => {
    const settings = { template: "{subtitles} ({time}) {question} {choices}", answer: "choice" };
    const asked = {
      text: "who?",
      subtitles: ["hello", "you"],
      time: [1.5, 2],
      choices: ["Ann", "Bob"],
    } as const;
    expect(TASKS.custom.ask(asked, settings).prompt).toBe("custom: hello you (1.5-2) who? Ann, Bob");
  });

  it.each([
    [{}, {}, 'needs the part "question"'],
    [{ text: "a", choices: ["b"] }, {}, "has no use for answers to choose from"],
    [{ text: "a" }, { answer: "choice" }, "needs answers to choose from"],
    [{ text: "a" }, { template: "" }, "has no use for a question"],
    [{ text: "a", parts: { place: "b" } }, {}, 'has no place for "place"'],
    [{ text: "a" }, { template: "{one} {two}" }, "has no use for a question"],
    [{ parts: { one: "a" } }, { template: "{one} {two}" }, 'needs the part "two"'],
  ])("%j with %j is refused", (asked, settings, says) => {
    expect(() => TASKS.custom.ask(asked, settings)).toThrow(says);
  });
});
