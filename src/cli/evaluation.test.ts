import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunTask } from "../config/index.ts";
import { TASKS, type TaskSplit } from "../tasks/index.ts";
import {
  averageScore,
  requireScored,
  scored,
  scoreLine,
  scoreRecords,
  scoreTable,
  type TaskEvaluation,
  writeScores,
} from "./evaluation.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evaluation-"));
});
afterAll(() => rm(folder, { recursive: true }));

const FEATURES = {
  describe: "no features",
  read: () => Promise.reject(new Error("not read")),
  missing: () => Promise.resolve([]),
  close: () => Promise.resolve(),
};

async function loaded(task: RunTask, entry: unknown, settings: object = {}): Promise<TaskSplit> {
  return TASKS[task].load({ ...settings, test: entry }, "test");
}

/** The evaluation of a model that answers "yes" to everything. */
function saysYes(task: RunTask, split: TaskSplit): TaskEvaluation {
  const predictions = new Map(split.examples.map(({ id }) => [id, "yes"]));
  return scored({ task, split: "test", data: { split, features: FEATURES }, predictions });
}

async function gqaSplit(...labels: readonly (object | undefined)[]): Promise<TaskSplit> {
  const list = join(folder, "gqa.json");
  await writeFile(
    list,
    JSON.stringify(labels.map((label, i) => ({ img_id: "1", sent: "Is it?", question_id: `${i}`, label }))),
  );
  return loaded("gqa", { list });
}

/** Rows whose metric wants the answers of several people, and that have only one. */
async function unfitRows(): Promise<TaskSplit> {
  const rows = join(folder, "rows.csv");
  await writeFile(rows, "image,question,answer\na.png,why?,yes\n");
  return loaded("custom", { rows }, { metrics: ["vqa"] });
}

describe("scored", () => {
  it("scores a split of which every question has an answer", async () => {
    const { scores, failure } = saysYes("gqa", await gqaSplit({ yes: 1 }, { no: 1 }));
    expect(failure).toBeNull();
    expect(scores).toMatchObject({ headline: { name: "accuracy", value: 50 }, count: 2 });
  });

  it("leaves a split unscored of which some questions have no answer", async () => {
    const made = saysYes("gqa", await gqaSplit({ yes: 1 }, undefined));
    expect(made).toMatchObject({ scores: null, failure: null });
    expect(scoreTable([made])).toMatch(/gqa +test +2 +not scored +no references/);
    expect(() => requireScored([made])).not.toThrow();
  });

  it("scores a list without labels by people's answers", async () => {
    const [list, annotations] = [join(folder, "list.json"), join(folder, "annotations.json")];
    await writeFile(list, JSON.stringify([{ img_id: "1", question_id: 7, sent: "Is it?" }]));
    const answers = Array.from({ length: 10 }, () => ({ answer: "yes" }));
    await writeFile(annotations, JSON.stringify({ annotations: [{ question_id: 7, answers }] }));
    const { scores } = saysYes("vqa", await loaded("vqa", { list, annotations }));
    expect(scores?.headline).toEqual({ name: "accuracy", value: 100 });
    expect(saysYes("vqa", await loaded("vqa", { list })).scores).toBeNull();
  });

  it("keeps what is wrong with one task's references from losing the scores of the others", async () => {
    const made = [saysYes("custom", await unfitRows()), saysYes("gqa", await gqaSplit({ yes: 1 }))];
    expect(Object.keys(scoreRecords(made))).toEqual(["gqa"]);
    expect(averageScore(made)).toBe(100);
    expect(scoreTable(made)).toMatch(/custom +test +1 +not scored +failed/);
    expect(scoreLine(made)).toBe(
      "custom not scored (the metric vqa compares with the answers of several people) | gqa accuracy 100.00",
    );
    await writeScores(join(folder, "results"), made);
    expect(await readdir(join(folder, "results"))).toEqual(["scores.json"]);
    const written: unknown = JSON.parse(await readFile(join(folder, "results/scores.json"), "utf8"));
    expect(written).toMatchObject({ test: { gqa: { count: 1 } } });
    expect(() => requireScored(made)).toThrow(
      /predictions of custom test were made, but cannot be scored: the metric/,
    );
  });

  it("lets errors of the program pass", async () => {
    const split = await gqaSplit({ yes: 1 });
    const broken: TaskSplit = {
      ...split,
      score: () => {
        throw new RangeError("broken");
      },
    };
    expect(() => saysYes("gqa", broken)).toThrow(RangeError);
  });
});
