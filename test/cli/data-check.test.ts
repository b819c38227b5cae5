import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { SplitReport } from "../../src/cli/check/data-checks.ts";
import { SPLIT_CHECKS, type SplitUnderCheck } from "../../src/cli/check/split-checks.ts";
import { checkCommand } from "../../src/cli/data-check.ts";
import { writeFeatures } from "../../src/data/index.ts";
import { toyConfig, writeToyData } from "./toy-run.ts";

const WIDTH = 6;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-check-"));
  await writeToyData(folder, 4);
});
afterAll(() => rm(folder, { recursive: true }));

function at(name: string): string {
  return join(folder, name);
}

/** Runs the command; what it printed, and the message of its failure, if it failed. */
async function check(config: object, ...args: readonly string[]) {
  await writeFile(at("run.json"), JSON.stringify(config));
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  try {
    const done = checkCommand().parseAsync(["--config", at("run.json"), "-q", ...args], { from: "user" });
    const failure = await done.then(
      () => null,
      (error: Error) => error.message,
    );
    return { printed: log.mock.calls.map(([text]) => String(text)).join("\n"), failure };
  } finally {
    log.mockRestore();
  }
}

async function reports(config: object, ...args: readonly string[]) {
  const { printed, failure } = await check(config, "--json", ...args);
  const { wrong, splits } = JSON.parse(printed) as { wrong: boolean; splits: SplitReport[] };
  expect(wrong).toBe(failure !== null);
  return Object.fromEntries(splits.map((report) => [`${report.task} ${report.split}`, report]));
}

/** Own data whose rows are written to files; `more` are settings of the task. */
async function ownData(
  splits: Readonly<Record<string, readonly string[]>>,
  more: object = {},
): Promise<object> {
  const entries: [string, object][] = [];
  for (const [split, rows] of Object.entries(splits)) {
    await writeFile(at(`${split}.csv`), `${["image,question,answer", ...rows].join("\n")}\n`);
    entries.push([split, { rows: `${split}.csv` }]);
  }
  const custom = { features: "photos", ...Object.fromEntries(entries), ...more };
  return { tokenizer: "tokenizer", tasks: { custom } };
}

/** Four feature files: good, of more rows, of more channels, and with a value that is no number. */
async function writeUnlikeFeatures(target: string): Promise<void> {
  await mkdir(target);
  const sizes = [
    [4, WIDTH],
    [9, WIDTH],
    [4, WIDTH + 1],
    [4, WIDTH],
  ] as const;
  for (const [i, [rows, width]] of sizes.entries()) {
    const values = new Float32Array(rows * width).fill(1);
    if (i === 3) values[7] = Number.NaN;
    await writeFeatures(join(target, `p${i}.h5`), `p${i}`, { rows, width, values });
  }
}

describe("vlpet data check", () => {
  it("finds nothing wrong with good data, and says so in a table", async () => {
    const config = await ownData({
      train: ["p0.png,color?,red", "p1.png,color?,green"],
      test: ["p2.png,color?,blue"],
    });
    const { printed, failure } = await check(config);
    expect(failure).toBeNull();
    const [header, train, test, ...more] = printed.split("\n");
    expect(header).toMatch(/^task +split +examples +missing +unreadable/);
    expect(train).toMatch(/^custom +train +2 +0 +0 +0 +0 +- +- +0 +0 +0 +0$/);
    expect(test).toMatch(/^custom +test +1 +0 +0 +0 +0 +0 +0 +0 +- +0 +0$/);
    expect(more).toEqual([]);
  });

  it("finds images that are missing or none, and names the first", async () => {
    await writeFile(at("photos/broken.png"), "no picture");
    const rows = ["p0.png,color?,red", "broken.png,color?,red", "gone.png,color?,red", "lost.png,color?,red"];
    const { "custom train": report } = await reports(await ownData({ train: rows }));
    expect(report?.findings.missing).toEqual({ count: 2, of: 4, first: ["gone", "lost"] });
    expect(report?.findings.unreadable).toMatchObject({ count: 1, of: 2 });
    expect(report?.findings.unreadable?.first[0]).toMatch(/^broken \(.*broken\.png/);
    const { printed, failure } = await check(await ownData({ train: rows }));
    expect(printed).toContain("custom train: 2 of 4 images without features: gone, lost");
    expect(failure).toContain("custom train: something is wrong with the data");
  });

  it("finds features of another size, and values that are no numbers", async () => {
    await writeUnlikeFeatures(at("unlike"));
    const rows = ["p0,color?,red", "p1,color?,red", "p2,color?,red", "p3,color?,red"];
    const { "custom train": report } = await reports(
      await ownData({ train: rows }, { features: "unlike" }),
      "--all",
    );
    expect(report?.findings.size).toEqual({ count: 2, of: 4, first: ["p1 (9 × 6)", "p2 (4 × 7)"] });
    expect(report?.findings.unreadable).toMatchObject({ count: 1 });
    expect(report?.findings.unreadable?.first[0]).toContain("p3");
  });

  it("finds what is trained on and tested on", async () => {
    const config = await ownData({
      train: ["p0.png,color?,red", "p1.png,color?,green"],
      valid: ["p1.png,shape?,square"],
      test: ["p1.png,color?,green", "p2.png,color?,blue"],
    });
    const found = await reports(config);
    expect(found["custom valid"]?.findings.sharedImages).toEqual({ count: 1, of: 1, first: ["p1"] });
    expect(found["custom valid"]?.findings.sharedExamples?.count).toBe(0);
    expect(found["custom test"]?.findings.sharedImages).toEqual({ count: 1, of: 2, first: ["p1"] });
    expect(found["custom test"]?.findings.sharedExamples).toMatchObject({ count: 1, of: 2 });
    expect(found["custom train"]?.findings).not.toHaveProperty("sharedImages");
  });

  it("finds empty texts, and counts those that are cut", async () => {
    const long = "x".repeat(40);
    const rows = ["p0.png,color?,red", "p1.png,,green", `p2.png,${long},red`, `p3.png,color?,${long}`];
    const { "custom train": report } = await reports(
      await ownData({ train: rows }, { limits: { source: 30, target: 30 } }),
    );
    expect(report?.findings.empty).toEqual({ count: 1, of: 4, first: ["2"] });
    expect(report?.findings.cutTexts).toEqual({ count: 1, of: 4, first: ["3"] });
    expect(report?.findings.cutTargets).toEqual({ count: 1, of: 4, first: ["4"] });
    const bare = (await ownData({ train: rows })) as { tasks: object };
    const untold = await reports({ tasks: bare.tasks });
    expect(untold["custom train"]?.findings).not.toHaveProperty("cutTexts");
  });

  it("finds examples with one id, should a task let them pass", () => {
    const examples = ["a", "b", "a", "a"].map((id) => ({ id, images: [], prompt: "", references: [] }));
    const content = { examples } as unknown as SplitUnderCheck["content"];
    const checked = { content } as unknown as SplitUnderCheck;
    expect(SPLIT_CHECKS.twice.find(checked)).toEqual({ count: 2, of: 4, first: ["a", "a"] });
  });

  it("counts training examples without a target as no fault", async () => {
    await writeFile(at("vocabulary.json"), '["red"]');
    const { tasks } = toyConfig() as { tasks: { vqa: { train: object } } };
    const vqa = { features: "photos", train: { ...tasks.vqa.train, vocabulary: "vocabulary.json" } };
    const found = await reports({ tasks: { vqa } });
    expect(found["vqa train"]?.findings.untaught).toMatchObject({ count: 3, of: 4 });
    expect((await check({ tasks: { vqa } })).failure).toBeNull();
  });

  it("checks the other splits when one cannot be read", async () => {
    const config = await ownData({
      train: ["p0.png,color?,red"],
      valid: ["p1.png,color?"],
      test: ["p2.png,color?,blue"],
    });
    const found = await reports(config);
    expect(found["custom valid"]).toMatchObject({
      examples: null,
      error: expect.stringContaining("valid.csv:2") as string,
    });
    expect(found["custom test"]).toMatchObject({ examples: 1, error: null });
    const { printed } = await check(config);
    expect(printed).toMatch(/^custom +valid +cannot be read +-/m);
    expect(printed).toContain("another number of cells");
  });

  it("says that there is nothing to check", async () => {
    expect((await check({})).failure).toContain("the configuration names no data");
  });

  it("lists every check in its help", () => {
    let help = "";
    checkCommand()
      .configureOutput({ writeOut: (text) => (help += text) })
      .outputHelp();
    for (const { label, says } of Object.values(SPLIT_CHECKS))
      expect(help).toMatch(new RegExp(`${label} +${says}`));
  });
});
