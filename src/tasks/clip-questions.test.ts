import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../random.ts";
import type { TaskSplit } from "./task.ts";
import { TASKS } from "./tasks.ts";

const FIXTURES = "../shared/fixtures/video";
const RANDOM = new RandomStream(1, "targets");

const QUESTION = {
  qid: 12,
  q: " Who opens the door? ",
  a0: "Ann.",
  a1: " Bob Jr. ",
  a2: "... and Cy",
  a3: "The T.V.",
  a4: ".",
  answer_idx: 1,
  ts: "3.5-9.25",
  show_name: "Some Show",
  vid_name: "show_s01e01_seg01_clip_00",
};

// Written by hand from the spec (datasets §9.3).
const SAID = "[Subs] Ann : Where is it? (Door opens)";
const ASKED = "[Q] Who opens the door? [TS] (3.5-9.25)";
const FOUR = "[Choices] a0: Ann. a1: Bob Jr. a2: and Cy. a3: The T.V.";
const TEXT = `${SAID} ${ASKED} ${FOUR} a4: . tvqa: `;

let folder = "";
let subtitles = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "clip-questions-"));
  subtitles = await lines("subtitles.jsonl", [
    {
      vid_name: QUESTION.vid_name,
      sub: [
        { text: " Ann : Where is it?", start: 0.5, end: 1.9 },
        { text: "(Door opens)\n", start: 2, end: 3 },
      ],
    },
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

async function lines(name: string, objects: readonly object[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, objects.map((object) => `${JSON.stringify(object)}\n`).join(""));
  return file;
}

/** A split of these questions, five choices each. */
async function tvqaSplit(...questions: readonly object[]): Promise<TaskSplit> {
  const annotations = await lines("tvqa.jsonl", questions);
  return TASKS.tvqa.load({ valid: { annotations, subtitles } }, "valid");
}

describe("tvqa", () => {
  it("gives subtitles, question, time span, choices and prompt in one text", async () => {
    const split = await tvqaSplit(QUESTION);
    expect(split.examples).toEqual([
      { id: "12", images: [QUESTION.vid_name], prompt: TEXT, references: ["a1"] },
    ]);
    expect(split.target(0, RANDOM)).toEqual({ text: "a1", weight: 1 });
    expect(split.form).toEqual({
      loss: "example-mean",
      limits: { source: 600, target: 20 },
      visual: "clip",
      answer: { kind: "text", beams: "config", maxLength: 20 },
    });
  });

  it("keeps the marker of subtitles and its space where nothing is said", async () => {
    const quiet = `[Subs]  ${TEXT.slice(SAID.length + 1)}`;
    const split = await tvqaSplit(QUESTION, { ...QUESTION, qid: 13, vid_name: "another" });
    expect(split.examples.map(({ prompt }) => prompt)).toEqual([TEXT, quiet]);
    const annotations = await lines("tvqa.jsonl", [QUESTION]);
    const without = await TASKS.tvqa.load({ test: { annotations } }, "test", { behaviour: "improved" });
    expect(without.examples[0]).toMatchObject({ prompt: quiet, spare: [7, 7] });
  });

  it("refuses subtitles of none of the split's clips", async () => {
    await expect(tvqaSplit({ ...QUESTION, vid_name: "another" })).rejects.toMatchObject({
      kind: "data",
      parts: {
        where: subtitles,
        expected: "some of the split's clips, such as another",
        received: `1 others, such as ${QUESTION.vid_name}`,
      },
    });
  });

  it("lets the subtitles alone be shortened in the improved behaviour", async () => {
    const annotations = await lines("tvqa.jsonl", [QUESTION]);
    const source = { valid: { annotations, subtitles } };
    const { examples } = await TASKS.tvqa.load(source, "valid", { behaviour: "improved", prompt: "" });
    const { prompt = "", spare = [0, 0] } = examples[0] ?? {};
    expect(prompt).toBe(TEXT.replace("tvqa: ", ""));
    expect(prompt.slice(...spare)).toBe("Ann : Where is it? (Door opens)");
  });

  it("asks a single question as it loads it, and wants five choices", () => {
    const asked = {
      text: QUESTION.q,
      subtitles: [" Ann : Where is it?", "(Door opens)\n"],
      time: [3.5, 9.25],
      choices: [QUESTION.a0, QUESTION.a1, QUESTION.a2, QUESTION.a3, QUESTION.a4],
    } as const;
    expect(TASKS.tvqa.ask(asked, {})).toEqual({ prompt: TEXT });
    const { subtitles: _, ...unsaid } = asked;
    expect(TASKS.tvqa.ask(unsaid, {}).prompt).toBe(`[Subs]  ${TEXT.slice(SAID.length + 1)}`);
    expect(() => TASKS.tvqa.ask({ ...asked, choices: ["Ann", "Bob"] }, {})).toThrow(
      "a question of tvqa has another number of choices",
    );
    expect(() => TASKS.tvqa.ask({ text: "Who?" }, {})).toThrow("the task tvqa needs a time span");
  });

  it("joins files; what both hold is asked once", async () => {
    const other = { ...QUESTION, qid: 13 };
    const annotations = [
      await lines("public.jsonl", [QUESTION]),
      await lines("release.jsonl", [other, QUESTION]),
    ];
    const split = await TASKS.tvqa.load({ test: { annotations } }, "test");
    expect(split.examples.map(({ id }) => id)).toEqual(["12", "13"]);
  });

  it("scores exact names, and beside them what the submission file would be worth", async () => {
    const split = await tvqaSplit(
      QUESTION,
      { ...QUESTION, qid: 13, answer_idx: 0 },
      { ...QUESTION, qid: 14, show_name: "Other Show" },
      { ...QUESTION, qid: 15 },
    );
    const texts = new Map([
      ["12", "a1"],
      ["13", "none"], // no digit: submitted as 0, which happens to be right
      ["14", "b1"],
      ["15", "a2"],
    ]);
    const { headline, all, count, perItem } = split.score(texts);
    expect(headline.name).toBe("accuracy");
    expect(headline.value).toBeCloseTo(25, 6);
    expect(Object.entries(all).map(([name, value]) => [name, Math.round(value * 100) / 100])).toEqual([
      ["accuracy", 25],
      ["submission_accuracy", 75],
      ["accuracy: Some Show", 33.33],
      ["accuracy: Other Show", 0],
    ]);
    expect(count).toBe(4);
    expect([...perItem]).toEqual([
      ["12", 100],
      ["13", 0],
      ["14", 0],
      ["15", 0],
    ]);
    expect(split.score(new Map([["14", "a1"]])).all).toMatchObject({
      accuracy: expect.closeTo(100, 6) as number,
    });
  });

  it("writes each question's choice in the order of the questions", async () => {
    const split = await tvqaSplit(
      { ...QUESTION, qid: 30 },
      { ...QUESTION, qid: 4 },
      { ...QUESTION, qid: "x" },
    );
    const texts = new Map([
      ["4", "a"],
      ["30", "a4"],
      ["x", "7a"],
    ]);
    expect(split.resultFile(texts)).toBe('{"30": 4, "4": 0, "x": 0}\n');
  });

  it("neither trains on nor scores questions without answers, but predicts them", async () => {
    const { answer_idx: _, ...open } = QUESTION;
    const split = await tvqaSplit(open);
    expect(split.examples[0]?.references).toEqual([]);
    for (const use of [() => split.target(0, RANDOM), () => split.score(new Map([["12", "a1"]]))]) {
      expect(use).toThrow(
        "tvqa question 12: this question has no answer to train towards or to compare with",
      );
    }
    expect(split.resultFile(new Map([["12", "a1"]]))).toBe('{"12": 1}\n');
  });

  it("refuses prediction files of another form", async () => {
    const file = join(folder, "predictions.json");
    for (const [content, where] of [
      ['{"1": "a1"}', `${file}, 1`],
      ['{"1": 12}', `${file}, 1`],
      ['{"1": 1, "1": 2}', `${file}, entry 1`],
    ] as const) {
      await writeFile(file, content);
      await expect(TASKS.tvqa.readResults(file)).rejects.toMatchObject({ kind: "data", parts: { where } });
    }
  });
});

describe("how2qa", () => {
  it("has four choices and one type of question", async () => {
    const { a4: _, show_name: __, ...question } = QUESTION;
    const annotations = await lines("how2qa.jsonl", [{ ...question, vid_name: "10001" }]);
    const split = await TASKS.how2qa.load({ valid: { annotations } }, "valid");
    expect(split.examples[0]).toMatchObject({
      images: ["10001"],
      prompt: `[Subs]  ${ASKED} ${FOUR} how2qa: `,
    });
    expect(Object.keys(split.score(new Map([["12", "a1"]])).all)).toEqual([
      "accuracy",
      "submission_accuracy",
    ]);
  });
});

describe.skipIf(!existsSync(FIXTURES))("real questions (needs the shared annotations)", () => {
  it("scores published predictions of TVQA as published", async () => {
    const { tvqa } = JSON.parse(readFileSync(`${FIXTURES}/expected.json`, "utf8")) as {
      tvqa: { questions: number; correct: number; accuracy: number };
    };
    const entry = await TASKS.tvqa.referenceSource([`${FIXTURES}/tvqa_val_subset.jsonl`], "valid");
    const split = await TASKS.tvqa.load({ valid: entry }, "valid");
    const predictions = await TASKS.tvqa.readResults(`${FIXTURES}/tvqa_val_predictions.json`);
    const { headline, all, count, perItem } = split.score(predictions);
    expect(count).toBe(tvqa.questions);
    expect([...perItem.values()].filter((value) => value === 100)).toHaveLength(tvqa.correct);
    expect(Math.abs(headline.value - tvqa.accuracy)).toBeLessThan(1e-6);
    expect(Math.abs((all["submission_accuracy"] ?? 0) - tvqa.accuracy)).toBeLessThan(1e-6);
    expect(JSON.parse(split.resultFile(predictions))).toEqual(
      JSON.parse(readFileSync(`${FIXTURES}/tvqa_val_predictions.json`, "utf8")),
    );
  });

  it("reads every question of How2QA", async () => {
    const annotations = `${FIXTURES}/how2qa_val_subset.jsonl`;
    const split = await TASKS.how2qa.load({ valid: { annotations } }, "valid");
    expect(split.examples).toHaveLength(195);
    const perfect = new Map(split.examples.map(({ id, references }) => [id, references[0] ?? ""]));
    expect(split.score(perfect).headline.value).toBeCloseTo(100, 6);
    for (const { prompt } of split.examples) {
      expect(prompt).toMatch(
        /^\[Subs\] {2}\[Q\] \S.* \[TS\] \(\S+\) \[Choices\] a0: .*\. a3: .*\. how2qa: $/,
      );
    }
  });
});
