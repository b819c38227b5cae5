import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRunLog } from "./run-log.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "run-log-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("openRunLog", () => {
  it("begins a log and adds whole lines", async () => {
    const file = join(folder, "new.jsonl");
    const log = await openRunLog(file, 0);
    expect(log.earlier).toEqual([]);
    await log.append({ update: 1, loss: 2.5 });
    await log.append({ update: 2, text: "two\nlines" });
    await log.close();
    expect(await readFile(file, "utf8")).toBe('{"update":1,"loss":2.5}\n{"update":2,"text":"two\\nlines"}\n');
  });

  it("cuts off an unfinished last line and what lies beyond the update", async () => {
    const file = join(folder, "torn.jsonl");
    const lines = [1, 2, 2, 3].map((update) => `{"update":${update}}\n`);
    await writeFile(file, `${lines.join("")}{"update":4,"lo`);
    const log = await openRunLog(file, 2);
    expect(log.earlier.map(({ update }) => update)).toEqual([1, 2, 2]);
    await log.append({ update: 3, again: true });
    await log.close();
    expect(await readFile(file, "utf8")).toBe(`${lines.slice(0, 3).join("")}{"update":3,"again":true}\n`);
  });

  it("keeps a whole log that ends where the run goes on", async () => {
    const file = join(folder, "whole.jsonl");
    await writeFile(file, '{"update":5}\n');
    await (await openRunLog(file, 5)).close();
    expect(await readFile(file, "utf8")).toBe('{"update":5}\n');
  });

  it.each([
    ["not JSON", "oops"],
    ["no object", "null"],
    ["without an update", '{"loss":1}'],
  ])("refuses a line that is %s, and leaves the file alone", async (_, line) => {
    const file = join(folder, "foreign.jsonl");
    const text = `{"update":1}\n${line}\n{"update":2}\n`;
    await writeFile(file, text);
    await expect(openRunLog(file, 9)).rejects.toThrow(`${file}:2: this line is no record of a run`);
    expect(await readFile(file, "utf8")).toBe(text);
  });

  it("says which file cannot be written", async () => {
    const file = join(folder, "missing/log.jsonl");
    await expect(openRunLog(file, 0)).rejects.toThrow(`${file}: the log of the run cannot be written`);
  });
});
