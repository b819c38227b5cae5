import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type JsonEntry, readJsonEntries } from "./json-entries.ts";

let file = "";
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "entries-"));
  file = join(folder, "entries.json");
});
afterAll(() => rm(folder, { recursive: true }));

async function entriesOf<T>(
  content: string,
  schema: v.GenericSchema<unknown, T>,
): Promise<readonly JsonEntry<T>[]> {
  await writeFile(file, content);
  const entries: JsonEntry<T>[] = [];
  for await (const entry of readJsonEntries(file, schema)) entries.push(entry);
  return entries;
}

describe("readJsonEntries", () => {
  it("gives entries in the file's order, whatever their keys", async () => {
    const content = '\uFEFF {"20": [1, {"a": ","}],\n "3":"}{\\"][\\\\" ,"03" :null, "__proto__": {} } \n';
    expect(await entriesOf(content, v.unknown())).toEqual([
      { key: "20", value: [1, { a: "," }] },
      { key: "3", value: '}{"][\\' },
      { key: "03", value: null },
      { key: "__proto__", value: {} },
    ]);
    expect(await entriesOf(" { } ", v.unknown())).toEqual([]);
  });

  it("reads entries across the chunks that the file comes in", async () => {
    const content = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`key ${i}`, '\u00E4\\",'.repeat(i * 20)] as const),
    );
    const json = JSON.stringify(content, undefined, 2);
    expect(json.length).toBeGreaterThan(2 ** 21);
    const entries = await entriesOf(json, v.string());
    expect(Object.fromEntries(entries.map(({ key, value }) => [key, value]))).toEqual(content);
  });

  it.each([
    ["", "1:1", "the end of the text, too early"],
    ["x", "1:1", '"x"'],
    ['{"a": 1', "1:8", "the end of the text, too early"],
    ['{"a": {"b": [1, 2', "1:18", "the end of the text, too early"],
    ['{"a": 1,\n "b": tru', "2:7", '"tru"'],
    ['{"\u00E4": 1,\n\n "b" 2, "c": 3}', "3:6", '"2}"'],
    ['{"a": 1,}', "1:9", '"}"'],
    ['{"a": 1,,"b": 2}', "1:9", '","'],
    ['{"a": 1]', "1:8", '"]"'],
    ['{"a": 1} {', "1:10", '"{"'],
    ['{"a": [1}, "b": [2]}', "1:9", '"}}"'],
    ["{,}", "1:2", '","'],
  ])("says where %j is no JSON", async (content, position, received) => {
    await expect(entriesOf(content, v.unknown())).rejects.toMatchObject({
      kind: "data",
      parts: { where: `${file}:${position}`, received },
    });
  });

  it("gives up where a missing quote swallows the rest of a large file", async () => {
    const content = `{"a": 1, "b: 2, "c": ["${"x".repeat(2 ** 27)}`;
    await expect(entriesOf(content, v.unknown())).rejects.toMatchObject({ parts: { where: `${file}:1:18` } });
  });

  it("names the entry of another form, and what a file is that holds no object", async () => {
    const schema = v.object({ answer: v.string() });
    await expect(entriesOf('{"7": {"answer": 3}}', schema)).rejects.toMatchObject({
      parts: { where: `${file}, 7.answer`, expected: "string", received: "3" },
    });
    await expect(entriesOf('[{"answer": "x"}]', schema)).rejects.toMatchObject({
      parts: { where: file, expected: "an object", received: "Array" },
    });
    const missing = readJsonEntries(join(folder, "missing.json"), schema);
    await expect(missing.next()).rejects.toMatchObject({ parts: { where: join(folder, "missing.json") } });
  });
});
