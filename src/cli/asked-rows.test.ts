import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig, type RunTask } from "../config/index.ts";
import type { TaskSplit } from "../tasks/index.ts";
import { rowSplit } from "./asked-rows.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "asked-rows-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function asked(task: RunTask, rows: string, name = "rows.csv"): Promise<TaskSplit> {
  const config = await resolveConfig({});
  await writeFile(join(folder, name), rows);
  return rowSplit(config, task, join(folder, name));
}

describe("rowSplit", () => {
  it("asks each row as the task asks", async () => {
    const split = await asked("vqa", "id,image,question,answer\nq,a/b.jpg,why?,so\n,c.png,who?,he\n");
    expect(split.examples).toEqual([
      { id: "q", images: ["b"], prompt: "vqa: why?", references: [] },
      { id: "2", images: ["c"], prompt: "vqa: who?", references: [] },
    ]);
    expect(split.form.limits.source).toBe(20);
    expect(split.resultFile(new Map([["2", "she"]]))).toBe('{"id":"2","prediction":"she"}\n');
  });

  it("reads pairs, clips, times, choices and subtitles", async () => {
    expect((await asked("nlvr", "images,question\na.png|b.png,red\n")).examples[0]?.images).toEqual([
      "a",
      "b",
    ]);
    const row = {
      clip: "x.1.npz",
      question: "q?",
      time: "1.5-2",
      choices: ["a", "b", "c", "d"],
      subtitles: ["hi", "you"],
    };
    const split = await asked("how2qa", JSON.stringify(row), "rows.jsonl");
    expect(split.examples[0]).toMatchObject({
      images: ["x.1"],
      prompt: "[Subs] hi you [Q] q? [TS] (1.5-2) [Choices] a0: a. a1: b. a2: c. a3: d. how2qa: ",
    });
    expect(split.resultFile(new Map([["1", "a3"]]))).toBe('{"id":"1","prediction":"d"}\n');
  });

  it("reads own data as its settings say", async () => {
    const split = await asked("custom", "image,question\na.jpg,why?\n");
    expect(split.examples).toEqual([{ id: "1", images: ["a"], prompt: "custom: why?", references: [] }]);
  });

  it.each([
    ["vqa", "image,question\na.png,a?\nb.png,\n", ":3: the task vqa needs a question"],
    ["caption", "image\na.png|b.png\n", ":2: the task caption looks at 1 picture"],
    ["caption", "image,question\na.png,why?\n", ":2: the task caption has no use for a question"],
    ["tvc", "clip,time\na,soon\n", ":2, column time: this is no time span"],
    ["caption", "id,image\na,x.png\na,y.png\n", ":3: the same id occurs twice"],
    ["custom", "image\na.png\n", ':2: there is no column "question"'],
  ] as const)("%s of %j is refused", async (task, rows, says) => {
    await expect(asked(task, rows)).rejects.toThrow(says);
  });
});
