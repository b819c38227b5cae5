import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drawScenes } from "../../cli/drawn-scenes.ts";
import { openTaskSplits, type TaskSplits } from "../../cli/task-splits.ts";
import { resolveConfig } from "../resolve-config.ts";
import type { RunConfig } from "../run-config.ts";

let data = "";
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "scenes-"));
});
afterEach(() => rm(data, { recursive: true }));

/** The preset's configuration with few scenes in the test's folder. */
function small(preset: string): Promise<RunConfig> {
  const value = { data, scenes: { train: 8, valid: 3, test: 4 } };
  return resolveConfig({ presets: [preset], options: [{ name: "the test", value }] });
}

async function drawnSplits(config: RunConfig): Promise<TaskSplits> {
  const { scenes } = config;
  if (scenes === null) throw new Error("the preset draws no scenes");
  const { signal } = new AbortController();
  await drawScenes({ ...scenes, folder: data, quiet: true, signal });
  return openTaskSplits(config, ["train", "valid", "test"], { tasks: null });
}

describe.each([
  ["scenes-image-text", ["vqa", "gqa", "nlvr", "caption"], 49],
  ["scenes-video-text", ["tvqa", "how2qa", "tvc", "yc2c"], null],
] as const)("%s", (preset, tasks, rows) => {
  it("draws what its tasks read, and every answer of theirs is right by their own score", async () => {
    const config = await small(preset);
    const splits = await drawnSplits(config);
    expect(splits.featureWidth).toBe(config.backbone.featureWidth);
    for (const name of ["train", "valid", "test"] as const) {
      expect([...splits.of(name).keys()]).toEqual(tasks);
      for (const { split, features } of splits.of(name).values()) {
        expect(split.examples.length).toBeGreaterThan(0);
        const found = await features.read(split.examples[0]?.images[0] ?? "");
        if (rows === null) expect(found.rows).toBeGreaterThanOrEqual(6);
        else expect(found.rows).toBe(rows);
      }
    }
    for (const [task, { split }] of splits.of("test")) {
      const perfect = new Map(split.examples.map(({ id, references }) => [id, references[0] ?? ""]));
      const { all, headline } = split.score(perfect);
      if (headline.name !== "CIDEr") expect(headline.value, task).toBeCloseTo(100, 6);
      else expect(all["ROUGE_L"], task).toBeGreaterThan(70);
    }
  });
});
