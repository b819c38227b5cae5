import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRows } from "./row-file.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rows-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

/** The rows as plain objects beside their lines. */
async function rows(name: string, content: string): Promise<readonly (readonly [number, object])[]> {
  const read = await readRows(await written(name, content));
  return read.map(({ line, cells }) => [line, Object.fromEntries(cells)] as const);
}

describe("readRows", () => {
  it("reads CSV with quotes, commas, line breaks and empty lines, and knows each row's line", async () => {
    const text = 'image,question\ncat.jpg,"What, and ""why""?"\n\ndog.jpg,"two\nlines"\nend.jpg, last \n';
    const expected = [
      [2, { image: "cat.jpg", question: 'What, and "why"?' }],
      [4, { image: "dog.jpg", question: "two\nlines" }],
      [6, { image: "end.jpg", question: "last" }],
    ];
    expect(await rows("unix.csv", text)).toEqual(expected);
    expect(await rows("windows.CSV", `\uFEFF${text.replaceAll("\n", "\r\n")}`)).toEqual(expected);
  });

  it("reads tabs, with empty cells", async () => {
    expect(await rows("a.tsv", "image\tquestion\n\twhy?\nx\t\n")).toEqual([
      [2, { image: "", question: "why?" }],
      [3, { image: "x", question: "" }],
    ]);
  });

  it("reads JSON lines with values of any kind", async () => {
    expect(await rows("a.jsonl", '{"id": 1, "choices": ["a", "b"]}\n\n{"constructor": null}\n')).toEqual([
      [1, { id: 1, choices: ["a", "b"] }],
      [3, { constructor: null }],
    ]);
  });

  it.each([
    ["open.csv", 'a,b\n1,2\n\n3,"4\n5,6\n', ":4: a quote is opened and never closed"],
    ["inner.csv", 'a,b\n1,2\n3,4 "5" 6\n', ":3: the row is not CSV"],
    ["long.csv", "a,b\n1,2,3\n", ":2: the row has another number of cells"],
    ["short.csv", "a,b\n1,2\n3\n", ":3: the row has another number of cells"],
    ["unnamed.csv", "a,\n1,2\n", ":1: column 2 has no name"],
    ["twins.csv", "a,b,a\n1,2,3\n", ':1: two columns are called "a"'],
    ["list.jsonl", '{"a": 1}\n[1]\n', ":2: the file has another form"],
    ["cut.jsonl", '{"a": 1}\n{"a": \n', ":2:7: the file is not JSON"],
    ["header.csv", "a,b\n", "there is not a single row"],
    ["empty.jsonl", "\n", "there is not a single row"],
    ["table.xlsx", "PK", "expected: a name that ends in .csv, .tsv, .jsonl, .ndjson"],
  ])("%s is refused", async (name, content, says) => {
    await expect(readRows(await written(name, content))).rejects.toThrow(says);
  });

  it("refuses text that is not UTF-8, by its line", async () => {
    const latin = Buffer.from("image,question\nx,caf\u00E9\n", "latin1");
    await expect(readRows(await written("latin.csv", latin))).rejects.toThrow(
      /latin\.csv:2: the text is not UTF-8/,
    );
    const last = Buffer.from("a\nb\n\u00E9", "latin1");
    await expect(readRows(await written("last.csv", last))).rejects.toThrow(":3: the text is not UTF-8");
  });

  it("refuses a file that is not there", async () => {
    await expect(readRows(join(folder, "none.csv"))).rejects.toThrow(/none\.csv: the file cannot be read/);
  });
});
