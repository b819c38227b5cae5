import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toyClipConfig, writeToyClips } from "./toy-clips.ts";
import { contents, logLines, vlpet } from "./vlpet.ts";

const CLIPS = 6;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-clips-"));
  await writeToyClips(folder, CLIPS);
  await writeFile(join(folder, "run.json"), JSON.stringify(toyClipConfig()));
  await train("run");
});
afterAll(() => rm(folder, { recursive: true }));

async function train(output: string, ...set: readonly string[]): Promise<void> {
  const settings = set.flatMap((one) => ["--set", one]);
  const args = ["train", "--config", "run.json", "--output", output, ...settings, "-q"];
  const { code, stderr } = await vlpet(args, folder);
  expect(code, stderr).toBe(0);
}

function text(file: string): string {
  return readFileSync(join(folder, file), "utf8");
}

function losses(run: string): readonly (readonly [task: string, loss: number])[] {
  const records = logLines(join(folder, run)).map(
    (line) => JSON.parse(line) as { kind: string; task: string; loss: number },
  );
  return records.filter(({ kind }) => kind === "update").map(({ task, loss }) => [task, loss]);
}

describe("vlpet train on clips", () => {
  it("sees every question and every description once an epoch, and learns", () => {
    const updates = losses("run");
    const epoch = updates.slice(0, 6).map(([task]) => task);
    expect(epoch.toSorted()).toEqual([...Array(4).fill("tvc"), ...Array(2).fill("tvqa")]);
    for (const name of ["tvqa", "tvc"]) {
      const course = updates.filter(([task]) => task === name).map(([, loss]) => loss);
      expect(course.at(-1), name).toBeLessThan((course[0] ?? 0) / 2);
    }
  });

  it("writes submission files of splits with and without answers", () => {
    expect(Object.keys(contents(join(folder, "run/results")))).toEqual([
      "scores.json",
      "tvc-test.jsonl",
      "tvc-valid.jsonl",
      "tvqa-test.json",
      "tvqa-valid.json",
    ]);
    const ids = Array.from({ length: CLIPS }, (_, i) => 50 - i);
    const places = text("run/results/tvqa-test.json");
    expect(places).toMatch(new RegExp(`^\\{${ids.map((id) => `"${id}": \\d`).join(", ")}\\}\\n$`));
    const lines = text("run/results/tvc-test.jsonl").trimEnd().split("\n");
    expect(lines).toHaveLength(CLIPS);
    expect(lines[1]).toMatch(
      /^\{"vid_name": "show_s01e01_clip_01", "clip_id": 899, "ts": \[1, 2.5\], "descs": \[\{"desc": ".*"\}\]\}$/,
    );
    const scores = JSON.parse(text("run/results/scores.json")) as Record<string, object>;
    expect(Object.keys(scores["valid"] ?? {})).toEqual(["tvqa", "tvc"]);
    expect(scores["test"]).toEqual({});
  });

  it("scores what it wrote as vlpet score does", async () => {
    const { valid } = JSON.parse(text("run/results/scores.json")) as {
      valid: Record<string, { readonly all: Record<string, number> }>;
    };
    for (const [task, ending] of [
      ["tvqa", "json"],
      ["tvc", "jsonl"],
    ] as const) {
      const files = [
        "--predictions",
        `run/results/${task}-valid.${ending}`,
        "--references",
        `${task}_train.jsonl`,
      ];
      const { stdout, stderr, code } = await vlpet(["score", "--task", task, ...files, "--json"], folder);
      expect(code, stderr).toBe(0);
      const scored = JSON.parse(stdout) as { all: Record<string, number>; examples: number };
      expect(scored.examples).toBe(CLIPS);
      // A submission file holds a choice for any text, so what it is worth is its own accuracy.
      const [ours, theirs] = task === "tvqa" ? ["submission_accuracy", "accuracy"] : ["CIDEr", "CIDEr"];
      expect(scored.all[theirs]).toBe(valid[task]?.all[ours]);
    }
  });

  it("reads the original's NPZ files as it reads HDF5", async () => {
    await train("npz", "tasks.tvqa.features=tv-npz", "tasks.tvc.features=tv-npz");
    expect(losses("npz")).toEqual(losses("run"));
    expect(contents(join(folder, "npz/results"))).toEqual(contents(join(folder, "run/results")));
  });

  it("trains and evaluates in the improved behaviour, too", async () => {
    await train("improved", "behaviour=improved");
    expect(losses("improved")).toHaveLength(losses("run").length);
    const evaluate = ["evaluate", "--run", "improved", "--split", "valid", "--json", "-q"];
    const { stdout, code, stderr } = await vlpet(evaluate, folder);
    expect(code, stderr).toBe(0);
    const { valid } = JSON.parse(text("improved/results/scores.json")) as { valid: object };
    expect(JSON.parse(stdout)).toEqual({ split: "valid", tasks: valid });
  });
});
