import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toyConfig, writeToyData } from "./toy-run.ts";
import { contents, logLines, vlpet } from "./vlpet.ts";

const PICTURES = 4;
const ANSWERS = ["red", "green", "blue", "white"];

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-image-tasks-"));
  await writeToyData(folder, PICTURES);
  const questions = ANSWERS.map((answer, i) => [
    `0${i}`,
    { question: "which color?", imageId: `p${i}`, answer, types: { structural: "query", semantic: "attr" } },
  ]);
  await writeFile(join(folder, "gqa.json"), JSON.stringify(Object.fromEntries(questions)));
  const statements = ANSWERS.map((answer, i) => ({
    uid: `nlvr2_train_${i}`,
    identifier: `train-1-${i}-0`,
    img0: `p${i}`,
    img1: `p${(i + 1) % PICTURES}`,
    sent: `the left one is ${answer}`,
    label: answer === "red" ? 1 : 0,
  }));
  await writeFile(join(folder, "nlvr.json"), JSON.stringify(statements));
  const [gqa, nlvr] = [{ questions: "gqa.json" }, { list: "nlvr.json" }];
  const places = { train: "photos", valid: "photos", test: ["photos"] };
  const tasks = {
    gqa: { features: places, train: gqa, valid: gqa, test: gqa },
    nlvr: { features: "photos", train: nlvr, valid: nlvr, test: nlvr },
  };
  await writeFile(join(folder, "run.json"), JSON.stringify({ ...toyConfig(), tasks }));
  const settings = [
    "pet.name=full",
    "training.epochs=12",
    "training.validate=end",
    "training.learningRate=0.01",
  ];
  const set = settings.flatMap((setting) => ["--set", setting]);
  const { code, stderr } = await vlpet(
    ["train", "--config", "run.json", ...set, "--output", "run", "-q"],
    folder,
  );
  expect(code, stderr).toBe(0);
});
afterAll(() => rm(folder, { recursive: true }));

interface TaskScores {
  readonly headline: { readonly name: string; readonly value: number };
  readonly all: Readonly<Record<string, number>>;
  readonly count: number;
}

function result(name: string): string {
  return readFileSync(join(folder, "run/results", name), "utf8");
}

function testScores(): Readonly<Record<string, TaskScores>> {
  return (JSON.parse(result("scores.json")) as { test: Readonly<Record<string, TaskScores>> }).test;
}

interface LogLine {
  readonly kind: string;
  readonly task?: string;
  readonly examples?: number;
  readonly loss: number;
}

function updatesOf(task: string): readonly LogLine[] {
  const lines = logLines(join(folder, "run")).map((line) => JSON.parse(line) as LogLine);
  return lines.filter((line) => line.kind === "update" && line.task === task);
}

function meanLoss(updates: readonly LogLine[]): number {
  return updates.reduce((sum, { loss }) => sum + loss, 0) / updates.length;
}

describe("GQA and NLVR2 trained together", () => {
  it("take batches of the sizes that the original gives them, and learn", () => {
    // Of a batch size of 2: floor(2 · 100/60) = 3 questions and then the last one; at least 1 pair.
    for (const [task, sizes] of [
      ["gqa", [3, 1]],
      ["nlvr", [1]],
    ] as const) {
      const updates = updatesOf(task);
      expect(new Set(updates.map(({ examples }) => examples))).toEqual(new Set(sizes));
      expect(meanLoss(updates.slice(-8)), task).toBeLessThan(0.7 * meanLoss(updates.slice(0, 8)));
    }
  });

  it("leave result files in their benchmarks' formats", () => {
    expect(result("nlvr-test.csv")).toMatch(/^(?:train-1-[0-3]-0,(?:True|False)\n){4}$/);
    const answers = JSON.parse(result("gqa-test.json")) as readonly Readonly<Record<string, string>>[];
    expect(answers.map(Object.keys)).toEqual(ANSWERS.map(() => ["prediction", "questionId"]));
    expect(answers.map(({ questionId }) => questionId)).toEqual(["00", "01", "02", "03"]);
    const { gqa, nlvr } = testScores();
    expect(Object.keys(gqa?.all ?? {})).toEqual(["accuracy", "open", "accuracy: query", "accuracy: attr"]);
    expect(Object.keys(nlvr?.all ?? {})).toEqual(["accuracy", "consistency"]);
  });

  it.each([
    ["gqa", "gqa-test.json", "gqa.json"],
    ["nlvr", "nlvr-test.csv", "nlvr.json"],
  ])("give vlpet score the same scores of %s", async (task, predictions, references) => {
    const files = ["--predictions", `run/results/${predictions}`, "--references", references];
    const { code, stdout, stderr } = await vlpet(["score", "--task", task, ...files, "--json"], folder);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ task, ...testScores()[task], examples: PICTURES });
  });

  it("lose no result file by another task's references", async () => {
    await writeFile(join(folder, "rows.csv"), "image,question,answer\np0.png,which color?,red\n");
    const question = { question: "which color?", imageId: "p0" };
    const part = { 0: { ...question, answer: "red" }, 1: question };
    await writeFile(join(folder, "part.json"), JSON.stringify(part));
    const rows = {
      features: join(folder, "photos"),
      metrics: ["vqa"],
      valid: { rows: join(folder, "rows.csv") },
    };
    const settings = [
      `tasks.custom=${JSON.stringify(rows)}`,
      `tasks.gqa.valid.questions=${join(folder, "part.json")}`,
      "tasks.gqa.test=null",
    ];
    const set = settings.flatMap((setting) => ["--set", setting]);
    const args = ["evaluate", "--run", "run", "--split", "valid", "--output", "unfit", "-q"];
    const { code, stdout, stderr } = await vlpet([...args, ...set], folder);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "the predictions of custom valid were made, but cannot be scored: the metric vqa",
    );
    expect(stdout).toMatch(/gqa +valid +2 +not scored +no references/);
    expect(stdout).toMatch(/custom +valid +1 +not scored +failed/);
    expect(Object.keys(contents(join(folder, "unfit")))).toEqual([
      "custom-valid.jsonl",
      "gqa-valid.json",
      "nlvr-valid.csv",
      "scores.json",
    ]);
    const scores = JSON.parse(readFileSync(join(folder, "unfit/scores.json"), "utf8")) as object;
    expect(scores).toEqual({ valid: { nlvr: expect.objectContaining({ count: PICTURES }) as object } });
  });

  it("says where the features of a split are missing", async () => {
    const args = ["train", "--config", "run.json", "--output", "other", "-q"];
    const set = ["--set", 'tasks.gqa.features={"train": "photos", "valid": "nowhere"}'];
    const { code, stderr } = await vlpet([...args, ...set], folder);
    expect(stderr).toContain("nowhere");
    expect(code).toBe(1);
  });
});
