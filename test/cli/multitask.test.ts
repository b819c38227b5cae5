import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toyConfig, writeToyData } from "./toy-run.ts";
import { logLines, vlpet } from "./vlpet.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-multitask-"));
  await writeToyData(folder, 6);
  await writeFile(join(folder, "run.json"), JSON.stringify(toyConfig()));
});
afterAll(() => rm(folder, { recursive: true }));

interface LogLine {
  readonly kind: string;
  readonly split?: string;
  readonly update: number;
  readonly task?: string;
  readonly loss?: number;
  readonly learningRate?: number;
  readonly examples?: number;
  readonly average?: number;
  readonly tasks?: Readonly<Record<string, { readonly headline: { readonly value: number } }>>;
}

async function trained(output: string, ...set: readonly string[]): Promise<readonly LogLine[]> {
  const settings = set.flatMap((one) => ["--set", one]);
  const args = ["train", "--config", "run.json", "--output", output, ...settings];
  const { code, stderr } = await vlpet(args, folder);
  expect(code, stderr).toBe(0);
  return logLines(join(folder, output)).map((line) => JSON.parse(line) as LogLine);
}

function updatesOf(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.filter(({ kind }) => kind === "update");
}

/** What a run did, update by update. */
function course(lines: readonly LogLine[]): readonly (readonly unknown[])[] {
  return updatesOf(lines).map(({ task, loss }) => [task, loss]);
}

function tasks(updates: readonly (readonly unknown[])[]): readonly unknown[] {
  return updates.map(([task]) => task);
}

describe("validation after each epoch", () => {
  it("records every task and their average, and keeps the best weights beside the last", async () => {
    const lines = await trained("best", "training.learningRate=0.03");
    const validations = lines.filter(({ kind, split }) => kind === "evaluation" && split === "valid");
    expect(validations).toHaveLength(3);
    for (const { average, tasks: scores = {} } of validations) {
      const { vqa, caption } = scores;
      expect(average).toBe(((vqa?.headline.value ?? NaN) + (caption?.headline.value ?? NaN)) / 2);
    }
    const averages = validations.map(({ average = NaN }) => average);
    const first = averages.indexOf(Math.max(...averages));
    const kept = JSON.parse(await readFile(join(folder, "best/best/validation.json"), "utf8")) as LogLine;
    expect(await readFile(join(folder, "best/adapter/README.md"), "utf8")).toContain("library_name: vl-pet");
    expect(kept).toMatchObject({ average: averages[first], update: validations[first]?.update });

    const evaluate = ["evaluate", "--run", "best", "--split", "valid", "--json", "-q"];
    const again = await vlpet([...evaluate, "--weights", "best"], folder);
    expect(again.code, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ tasks: kept.tasks });
  });

  it("says that there are none where nothing was validated", async () => {
    await trained("unvalidated", "training.validate=never", "training.epochs=1");
    const { code, stderr } = await vlpet(["evaluate", "--run", "unvalidated", "--weights", "best"], folder);
    expect(code).toBe(1);
    expect(stderr).toContain("this run kept no best weights");
  });
});

describe("the improved behaviour", () => {
  const improved = ["behaviour=improved", "training.validate=never"];

  it("orders tasks and examples by the run's seed", async () => {
    const one = course(await trained("seed-1", ...improved, "training.seed=1"));
    expect(course(await trained("seed-1-again", ...improved, "training.seed=1"))).toEqual(one);
    const original = ["training.validate=never"];
    const before = course(await trained("original-1", ...original, "training.seed=1"));
    const after = course(await trained("original-2", ...original, "training.seed=2"));
    expect(tasks(after)).toEqual(tasks(before));
    expect(tasks(one)).not.toEqual(tasks(before));
    expect(new Set(tasks(one))).toEqual(new Set(tasks(before)));
    expect(one.length).toBe(before.length);
  });

  it("wastes neither the first update nor the batches that do not fill the last one", async () => {
    const settings = ["training.accumulation=4", "training.epochs=2", "training.warmupRatio=0.5"];
    const before = updatesOf(await trained("dropped", "training.validate=never", ...settings));
    const after = updatesOf(await trained("kept", ...improved, ...settings));
    // 3 batches of questions and 6 of captions (⌊2·50/60⌋ = 1 each): 9 batches make 2 whole updates and a smaller one.
    expect(before.map(({ examples = 0 }) => examples).length).toBe(4);
    expect(after.map(({ examples = 0 }) => examples).length).toBe(6);
    expect(after.slice(0, 3).reduce((sum, { examples = 0 }) => sum + examples, 0)).toBe(12);
    expect(before[0]?.learningRate).toBe(0);
    expect(after[0]?.learningRate).toBeGreaterThan(0);
  });
});
