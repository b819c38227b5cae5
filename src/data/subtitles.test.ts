import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { joinedSubtitles, readSubtitles } from "./subtitles.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "subtitles-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, ...lines: readonly object[]): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  return file;
}

function clip(name: string, ...texts: readonly string[]): object {
  return { vid_name: name, sub: texts.map((text, i) => ({ text, start: i, end: i + 0.5 })) };
}

describe("joinedSubtitles", () => {
  it("strips each line and joins them by single spaces, empty lines too", () => {
    expect(joinedSubtitles([" Ann : Where is it?", "Here. \n", " ", "Ah,  yes."])).toBe(
      "Ann : Where is it? Here.  Ah,  yes.",
    );
    expect(joinedSubtitles([])).toBe("");
  });
});

describe("readSubtitles", () => {
  it("gives what is said in each clip; of two lines for one clip the later counts", async () => {
    const file = await written("tv.jsonl", clip("a", " Hi ", "there"), clip("b"), clip("a", "Bye"));
    expect([...(await readSubtitles(file))]).toEqual([
      ["a", "Bye"],
      ["b", ""],
    ]);
  });

  it("reads a file once while it stays the same, and again when it has changed", async () => {
    const file = await written("how2.jsonl", clip("a", "old"));
    const first = await readSubtitles(file);
    expect(await readSubtitles(file)).toBe(first);
    await written("how2.jsonl", clip("a", "newer"));
    expect((await readSubtitles(file)).get("a")).toBe("newer");
    await rm(file);
    await expect(readSubtitles(file)).rejects.toMatchObject({ kind: "data", parts: { where: file } });
  });

  it("names the line and the place of another form", async () => {
    const file = await written("yc2.jsonl", clip("a", "x"), { vid_name: "b", sub: [{ start: 0 }] });
    await expect(readSubtitles(file)).rejects.toMatchObject({
      kind: "data",
      parts: { where: `${file}:2, sub[0].text`, expected: '"text"' },
    });
  });
});
