import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../config/index.ts";
import { openTaskSplits, type TaskSplits } from "./task-splits.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "task-splits-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A VQA list of three questions, of which only the first has a label. */
async function opened(split: "train" | "valid", ...set: readonly string[]): Promise<TaskSplits> {
  const list = join(folder, "list.json");
  const questions = [{ yes: 1 }, undefined, undefined].map((label, i) => ({
    img_id: "x",
    question_id: `q${i}`,
    sent: "Is it?",
    label,
  }));
  await writeFile(list, JSON.stringify(questions));
  const value = { tasks: { vqa: { features: join(folder, "none"), [split]: { list } } } };
  const config = await resolveConfig({ options: [{ name: "the test", value }], set });
  return openTaskSplits(config, [split]);
}

describe("openTaskSplits", () => {
  it("refuses a training split with questions that have no answer, before features are opened", async () => {
    await expect(opened("train")).rejects.toMatchObject({
      kind: "data",
      parts: { where: "tasks.vqa.train", received: "2 of 3 without one, the first is q1" },
    });
  });

  it("asks for answers only where a split is trained on", async () => {
    await expect(opened("valid")).rejects.toThrow(join(folder, "none"));
    await expect(opened("train", "training.trainTopk=1.5")).rejects.toThrow(join(folder, "none"));
  });
});
