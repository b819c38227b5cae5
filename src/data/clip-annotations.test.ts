import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readClipQuestions } from "./clip-questions.ts";
import { readDescribedClips } from "./described-clips.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "clips-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes a file of these lines; objects as JSON. */
async function lines(name: string, ...content: readonly (object | string)[]): Promise<string> {
  const file = join(folder, name);
  const texts = content.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  await writeFile(file, `${texts.join("\n")}\n`);
  return file;
}

function question(qid: number | string, more: object = {}): object {
  return { qid, q: "Who?", a0: "Ann.", a1: "Bob", a2: "Cy", a3: "Dee", ts: "1-2", vid_name: "c1", ...more };
}

describe("readClipQuestions", () => {
  it("reads as many choices as it is told, with what TVQA has beside them", async () => {
    const file = await lines(
      "tvqa.jsonl",
      question(7, { a4: "Eve", answer_idx: 4, show_name: "A Show" }),
      question("x", { a4: "Flo" }),
    );
    expect(await readClipQuestions([file], { choices: 5 })).toEqual([
      {
        id: 7,
        clip: "c1",
        question: "Who?",
        time: "1-2",
        choices: ["Ann.", "Bob", "Cy", "Dee", "Eve"],
        answer: 4,
        show: "A Show",
      },
      expect.objectContaining({ id: "x", answer: undefined, show: undefined }),
    ]);
    const [first] = await readClipQuestions([await lines("how2qa.jsonl", question(7))], { choices: 4 });
    expect(first?.choices).toEqual(["Ann.", "Bob", "Cy", "Dee"]);
  });

  it("joins files; of a question that comes again the later one counts, at the place of the first", async () => {
    const files = [
      await lines("a.jsonl", question(1, { answer_idx: 2 }), question(2), question(3, { answer_idx: 1 })),
      await lines("b.jsonl", question("1"), question(2, { answer_idx: 0 }), question(4)),
      await lines("c.jsonl", question(3, { q: " Who? ", a0: " Ann", show_name: "B", answer_idx: 1 })),
    ];
    const read = await readClipQuestions(files, { choices: 4 });
    expect(read.map(({ id, answer, show }) => [id, answer, show])).toEqual([
      ["1", undefined, undefined],
      [2, 0, undefined],
      [3, 1, "B"],
      [4, undefined, undefined],
    ]);
  });

  it.each([
    ["another question", { q: "Why?" }],
    ["another clip", { vid_name: "c2" }],
    ["another time", { ts: "1-3" }],
    ["another choice", { a3: "Dora" }],
    ["another answer", { answer_idx: 3 }],
  ])("refuses one id for %s", async (_, more) => {
    const [a, b] = [
      await lines("a.jsonl", question(1, { answer_idx: 2 })),
      await lines("b.jsonl", question(2), question("1", more)),
    ];
    await expect(readClipQuestions([a, b], { choices: 4 })).rejects.toMatchObject({
      kind: "data",
      parts: { where: `${b}:2`, received: expect.stringContaining(`${a}:1`) as string },
    });
  });

  it.each([
    ["a choice that is missing", question(1), 5, "a4"],
    ["an answer that is no choice", question(1, { answer_idx: 4 }), 4, "answer_idx"],
    ["a time that is no text", question(1, { ts: [1, 2] }), 4, "ts"],
  ])("names the place of %s", async (_, wrong, choices, place) => {
    const file = await lines("wrong.jsonl", wrong);
    await expect(readClipQuestions([file], { choices })).rejects.toMatchObject({
      kind: "data",
      parts: { where: `${file}:1, ${place}` },
    });
  });
});

function clip(id: number, time: string, ...descriptions: readonly string[]): string {
  const descs = descriptions.map((desc, i) => ({ desc, desc_id: 10 * id + i, type: "v" }));
  const more = descs.length === 0 ? "" : `, "descs": ${JSON.stringify(descs)}`;
  return `{"vid_name": "c${id}", "duration": 9.0, "ts": ${time}, "clip_id": ${id}${more}}`;
}

describe("readDescribedClips", () => {
  it("keeps how the seconds of a clip are written", async () => {
    const times = ["[35.73, 40.9]", "[0, 2.29]", "[5.0,10]", "[0.50, 1e1]"];
    const file = await lines("tvc.jsonl", ...times.map((time, i) => clip(i, time)));
    expect((await readDescribedClips([file], { timed: true })).map(({ time }) => time)).toEqual([
      "[35.73, 40.9]",
      "[0, 2.29]",
      "[5.0, 10]",
      "[0.5, 10.0]",
    ]);
  });

  it("gives what people wrote as they wrote it, or nothing", async () => {
    const file = await lines(
      "clips.jsonl",
      clip(1, "[1, 2]", "Ann opens a box. ", "A box"),
      clip(2, "[3, 4]"),
    );
    const [first, second] = await readDescribedClips([file], { timed: false });
    expect(first).toEqual({
      id: 1,
      clip: "c1",
      time: undefined,
      descriptions: [
        { id: 10, text: "Ann opens a box. " },
        { id: 11, text: "A box" },
      ],
    });
    expect(second?.descriptions).toBeUndefined();
  });

  it("takes the later line of a clip, and refuses other descriptions, another time or another clip", async () => {
    const bare = await lines("bare.jsonl", clip(1, "[1, 2]"));
    const told = await lines("told.jsonl", clip(1, "[1, 2]", "Ann opens a box."));
    const read = await readDescribedClips([bare, told, told], { timed: true });
    expect(read.map(({ descriptions }) => descriptions?.length)).toEqual([1]);
    for (const other of [
      clip(1, "[1, 2]", "Bob does."),
      clip(1, "[1, 3]"),
      clip(1, "[1, 2]").replace("c1", "c2"),
    ]) {
      const file = await lines("other.jsonl", other);
      await expect(readDescribedClips([told, file], { timed: true })).rejects.toMatchObject({
        parts: { where: `${file}:1`, received: `1, which another entry has in ${told}:1` },
      });
    }
  });

  it("wants two numbers of a timed clip, and different ids of descriptions", async () => {
    for (const time of ["[1]", "[1, 2, 3]", '["1", "2"]', '"1-2"']) {
      const file = await lines("wrong.jsonl", clip(1, time));
      await expect(readDescribedClips([file], { timed: true })).rejects.toMatchObject({
        kind: "data",
        parts: { where: expect.stringContaining(`${file}:1, ts`) as string },
      });
    }
    const file = await lines(
      "twins.jsonl",
      clip(1, "[1, 2]", "a"),
      clip(2, "[1, 2]", "b").replace("20", "10"),
    );
    await expect(readDescribedClips([file], { timed: true })).rejects.toMatchObject({
      parts: { where: `${file}, clip_id 2`, received: "10" },
    });
  });
});
