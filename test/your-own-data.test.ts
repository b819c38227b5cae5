import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../src/config/index.ts";
import { CUSTOM_METRICS } from "../src/tasks/index.ts";
import { CUSTOM_SETTINGS } from "../src/tasks/custom-settings.ts";
import { writeTokenizer } from "./cli/toy-run.ts";
import { vlpet, type Finished } from "./cli/vlpet.ts";

interface Block {
  readonly language: string;
  readonly content: string;
  /** The last file that was named before it. */
  readonly file: string;
}

const COLORS = ["red", "green", "blue", "white", "red", "blue", "blue", "green"];

let folder = "";
let page = "";
beforeAll(async () => {
  page = await readFile(join(import.meta.dirname, "../docs/your-own-data.md"), "utf8");
  folder = await mkdtemp(join(tmpdir(), "vlpet-own-data-"));
  await mkdir(join(folder, "photos"));
  for (const [i, background] of COLORS.entries()) {
    const picture = sharp({ create: { width: 32, height: 32, channels: 3, background } });
    await picture.png().toFile(join(folder, "photos", `p${i}.png`));
  }
  await writeTokenizer(join(folder, "bart-base"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The page's code, and the file names in code spans before each piece. */
function blocks(text: string): readonly Block[] {
  return [...text.matchAll(/```(\w+)\n(.*?)```/gs)].map(({ 1: language = "", 2: content = "", index }) => {
    const named = [...text.slice(0, index).matchAll(/`([\w-]+\.(?:csv|json))`/g)].at(-1);
    return { language, content, file: named?.[1] ?? "" };
  });
}

function section(title: string): string {
  const found = page.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
  if (found === undefined) throw new Error(`docs/your-own-data.md has no section "${title}"`);
  return found;
}

/** A command line's words; quotes hold words together. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
}

/** The words in code spans in the first column of a section's tables. */
function listed(text: string): readonly string[] {
  const cells = [...text.matchAll(/^\| (`.*?`) \|/gm)].map(([, cell = ""]) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));
}

describe("docs/your-own-data.md", () => {
  it("trains, evaluates, predicts and scores as it says", async () => {
    const all = blocks(section("The whole way, once"));
    for (const { language, content, file } of all)
      if (language !== "sh") await writeFile(join(folder, file), content);
    const commands = all
      .filter(({ language }) => language === "sh")
      .flatMap(({ content }) => content.trim().split("\n"));
    const finished: Finished[] = [];
    for (const command of commands) {
      const [program, ...args] = words(command);
      expect(program).toBe("vlpet");
      const done = await vlpet(args, folder);
      expect(done.code, `${command}\n${done.stderr}`).toBe(0);
      finished.push(done);
    }
    const [trained, evaluated, predicted, scored] = finished.map(({ stdout }) => stdout);
    expect(trained).toMatch(/^custom +test +2 +accuracy \* +\d+\.\d\d$/m);
    expect(evaluated).toBe(trained);
    const results = (await readFile(join(folder, "runs/mine/results/custom-test.jsonl"), "utf8")).trim();
    const [first, second] = results
      .split("\n")
      .map((line) => JSON.parse(line) as { id: string; prediction: string });
    expect([first?.id, second?.id]).toEqual(["first", "second"]);
    expect(predicted?.trimEnd()).toBe(first?.prediction);
    expect(scored).toMatch(/^accuracy \* +\d+\.\d\d$/m);
    expect(scored).toContain("2 of 2 examples have a prediction");
    expect((await readFile(join(folder, "answers.jsonl"), "utf8")).trim()).toBe(results);
  });

  it("shows settings that a configuration takes", async () => {
    const shapes = blocks(section("Other shapes"));
    expect(shapes.length).toBeGreaterThan(2);
    for (const [i, { content }] of shapes.entries()) {
      const settings = JSON.parse(content) as object;
      const file = join(folder, `shape-${i}.json`);
      await writeFile(file, JSON.stringify({ tasks: { custom: { features: "photos", ...settings } } }));
      expect((await resolveConfig({ file })).tasks.custom).toMatchObject(settings);
    }
  });

  it("lists every setting and every metric", () => {
    const rows = listed(section("Settings"));
    expect(rows).toEqual(
      expect.arrayContaining([...Object.keys(CUSTOM_SETTINGS), ...Object.keys(CUSTOM_METRICS)]),
    );
    const known = new Set(["prompt", ...Object.keys(CUSTOM_SETTINGS), ...Object.keys(CUSTOM_METRICS)]);
    expect(rows.filter((name) => !known.has(name))).toEqual([]);
  });
});
