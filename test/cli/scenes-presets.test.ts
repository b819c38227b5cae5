import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { logLines, vlpet } from "./vlpet.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-scenes-presets-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A few updates on a few drawn scenes. */
const SMALL = [
  "scenes.train=12",
  "scenes.valid=0",
  "scenes.test=4",
  "training.batchSize=8",
  "training.epochs=1",
  "training.logEvery=1",
  "generation.beams=2",
];

interface LogLine {
  readonly kind: string;
  readonly task?: string;
  readonly loss?: number;
  readonly tasks?: Readonly<Record<string, { readonly count: number }>>;
}

async function trained(
  preset: string,
  output: string,
  ...set: readonly string[]
): Promise<readonly LogLine[]> {
  const settings = [...SMALL, `data=${preset}-data`, `output=${output}`, ...set];
  const args = ["train", "--preset", preset, "-q", ...settings.flatMap((one) => ["--set", one])];
  const { code, stderr } = await vlpet(args, folder);
  expect(code, stderr).toBe(0);
  return logLines(join(folder, output)).map((line) => JSON.parse(line) as LogLine);
}

const updates = (lines: readonly LogLine[]): readonly LogLine[] =>
  lines.filter(({ kind }) => kind === "update");

describe.each([
  ["scenes-image-text", ["caption", "gqa", "nlvr", "vqa"]],
  ["scenes-video-text", ["how2qa", "tvc", "tvqa", "yc2c"]],
])("the preset %s", (preset, tasks) => {
  it("draws its data, trains its four tasks at once and scores each on held-out scenes", async () => {
    const lines = await trained(preset, `${preset}-sighted`);
    expect([...new Set(lines.flatMap(({ task }) => task ?? []))].toSorted()).toEqual(tasks);
    const scores = lines.find(({ kind }) => kind === "evaluation");
    expect(Object.keys(scores?.tasks ?? {}).toSorted()).toEqual(tasks);
    for (const { count } of Object.values(scores?.tasks ?? {})) expect(count).toBeGreaterThan(3);
  });

  it("trains and answers blindfolded with visual.blank, and keeps it with the run", async () => {
    const sighted = updates(await trained(preset, `${preset}-again`));
    const blind = updates(await trained(preset, `${preset}-blind`, "visual.blank=true"));
    expect(blind.map(({ task }) => task)).toEqual(sighted.map(({ task }) => task));
    expect(blind.map(({ loss }) => loss)).not.toEqual(sighted.map(({ loss }) => loss));
    const config = JSON.parse(await readFile(join(folder, `${preset}-blind/config.json`), "utf8")) as {
      readonly visual: { readonly blank: boolean };
    };
    expect(config.visual.blank).toBe(true);
  });
});
