import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toyConfig, writeToyData } from "./toy-run.ts";
import { contents, logLines, startVlpet, until, vlpet } from "./vlpet.ts";

let folder = "";
/** The log of an unbroken run. */
let whole: readonly string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vlpet-resume-"));
  await writeToyData(folder, 4);
  await writeFile(join(folder, "run.json"), JSON.stringify(toyConfig()));
  const { code } = await vlpet([...train("whole"), "-q"], folder);
  expect(code).toBe(0);
  whole = logLines(join(folder, "whole"));
});
afterAll(() => rm(folder, { recursive: true }));

function train(output: string): readonly string[] {
  return ["train", "--config", "run.json", "--output", output];
}

/** Starts a training and sends a signal as soon as the log has so many lines. */
async function stopped(args: readonly string[], output: string, lines: number, signal: "SIGINT" | "SIGKILL") {
  const running = startVlpet(args, folder);
  let over = false;
  running.process.on("close", () => (over = true));
  await until(() => over || logLines(join(folder, output)).length >= lines);
  running.process.kill(signal);
  return running.finished;
}

/** What a run came to, with hashes: everything but what only speeds it up. */
function outcome(output: string): Readonly<Record<string, string>> {
  const files = Object.entries(contents(join(folder, output)));
  return Object.fromEntries(
    files.filter(([file]) => /^(?:adapter|best|results|checkpoints)\/|^metrics/.test(file)),
  );
}

/** Adapter, log and results of a run are those of the unbroken one, bit for bit. */
async function expectWhole(output: string): Promise<void> {
  expect(outcome(output)).toEqual(outcome("whole"));
  expect(Object.keys(outcome(output)).length).toBeGreaterThan(8);
  expect(await readFile(join(folder, output, "metrics.jsonl"), "utf8")).toBe(`${whole.join("\n")}\n`);
}

describe("Ctrl-C", () => {
  it("saves, says how to go on, and --resume goes on as if nothing had happened", async () => {
    const { code, stderr } = await stopped(train("stopped"), "stopped", 5, "SIGINT");
    expect(stderr).toMatch(/training stopped after update \d+ of \d+/);
    expect(stderr).toContain("--resume");
    expect(code).toBe(130);
    expect(Object.keys(contents(join(folder, "stopped/checkpoints")))).toHaveLength(2 * 4);
    expect((await vlpet(["train", "--output", "stopped", "--resume"], folder)).code).toBe(0);
    await expectWhole("stopped");
  });
});

describe("SIGKILL at any moment", () => {
  it("loses nothing that --resume does not do again, bit for bit", async () => {
    const resumed = [...train("killed"), "--resume"];
    let kills = 0;
    for (let lines = 1; lines < whole.length; lines += 1 + Math.floor(Math.random() * 8)) {
      const { code, stderr } = await stopped(resumed, "killed", lines, "SIGKILL");
      expect(code === null || code === 0, stderr).toBe(true);
      if (code === null) kills++;
    }
    expect(kills).toBeGreaterThan(1);
    const last = await vlpet(resumed, folder);
    expect(last.code, last.stderr).toBe(0);
    await expectWhole("killed");
  });
});

describe("--resume", () => {
  it("does nothing more to a finished run", async () => {
    const before = contents(join(folder, "whole"));
    expect((await vlpet([...train("whole"), "--resume"], folder)).code).toBe(0);
    expect(contents(join(folder, "whole"))).toEqual(before);
  });

  it("refuses other settings and names the first", async () => {
    const before = contents(join(folder, "whole"));
    const args = [...train("whole"), "--resume", "--set", "training.learningRate=0.5"];
    const { code, stderr } = await vlpet(args, folder);
    expect(stderr).toContain('another "training.learningRate"');
    expect(stderr).toContain("expected: 0.01");
    expect(stderr).toContain("received: 0.5");
    expect(code).toBe(1);
    expect(contents(join(folder, "whole"))).toEqual(before);
  });
});
