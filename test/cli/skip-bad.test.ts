import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toyConfig, writeToyData } from "./toy-run.ts";
import { vlpet } from "./vlpet.ts";

let folder = "";
/** Eight pictures, of which one is none and one is not there. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-skip-"));
  await writeToyData(folder, 8);
  await writeFile(join(folder, "photos/p3.png"), "no picture");
  await rm(join(folder, "photos/p5.png"));
  const { tasks, training, ...config } = toyConfig() as { tasks: { caption: object }; training: object };
  const short = { ...training, epochs: 1, validate: "never" };
  await writeFile(
    join(folder, "run.json"),
    JSON.stringify({ ...config, training: short, tasks: { caption: tasks.caption } }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const TRAIN = ["train", "--config", "run.json", "-q", "--output"] as const;

interface Skipped {
  readonly split: string;
  readonly id: string;
  readonly reason: string;
}

async function skipped(file: string): Promise<readonly Skipped[]> {
  return JSON.parse(await readFile(join(folder, file), "utf8")) as Skipped[];
}

describe("--skip-bad", () => {
  it("is not done unasked", async () => {
    const { code, stderr } = await vlpet([...TRAIN, "no"], folder);
    expect(stderr).toContain("an image that cannot be found");
    expect(code).toBe(1);
  });

  it("trains and evaluates without the examples whose pictures cannot be used, and lists them", async () => {
    const { code, stderr } = await vlpet([...TRAIN, "run", "--skip-bad"], folder);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("examples left out: 4");
    expect(stderr).toMatch(/^ {2}caption train 3#0: .*p3\.png/m);
    expect(stderr).toContain(join(folder, "run/skipped.json"));
    const listed = await skipped("run/skipped.json");
    expect(listed.map(({ split, id }) => `${split} ${id}`)).toEqual([
      "train 3#0",
      "train 5#0",
      "test 3",
      "test 5",
    ]);
    expect(listed[1]?.reason).toBe("there are no features of this image");
    const results = JSON.parse(
      await readFile(join(folder, "run/results/caption-test.json"), "utf8"),
    ) as unknown;
    expect(results).toHaveLength(6);
  });

  it("is a setting that a run keeps", async () => {
    const evaluated = await vlpet(["evaluate", "--run", "run", "-q", "--output", "part"], folder);
    expect(evaluated.code, evaluated.stderr).toBe(0);
    expect(evaluated.stderr).toContain("examples left out: 2");
    expect(await skipped("part/skipped.json")).toHaveLength(2);
    const set = ["--set", "skipBad=false"];
    expect((await vlpet(["evaluate", "--run", "run", "-q", ...set], folder)).code).toBe(1);
    const again = await vlpet(["evaluate", "--run", "run", "-q", ...set, "--skip-bad", "--json"], folder);
    expect(JSON.parse(again.stdout)).toMatchObject({ tasks: { caption: { count: 6 } } });
  });
});
