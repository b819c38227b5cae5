import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readJson, readJsonLines } from "./json-file.ts";
import { jsonErrorOffset } from "./json-position.ts";

let folder = "";
let file = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "json-"));
  file = join(folder, "x.json");
});
afterAll(() => rm(folder, { recursive: true }));

const SCHEMA = v.object({ rows: v.array(v.object({ name: v.string(), size: v.optional(v.number()) })) });

describe("readJson", () => {
  it("gives what the schema describes, also after a byte order mark", async () => {
    await writeFile(file, '\uFEFF{"rows":[{"name":"a","size":2,"more":true}]}');
    expect(await readJson(file, SCHEMA)).toEqual({ rows: [{ name: "a", size: 2 }] });
  });

  it("names line and column of text that is not JSON", async () => {
    await writeFile(file, '{"rows": [\n  {"name": x}]}');
    await expect(readJson(file, SCHEMA)).rejects.toMatchObject({
      kind: "data",
      parts: { where: `${file}:2:12`, received: '"x}]}"' },
    });
    await writeFile(file, '{"rows": [\n{"name": "a"},');
    await expect(readJson(file, SCHEMA)).rejects.toMatchObject({
      parts: { where: `${file}:2:15`, received: "the end of the text, too early" },
    });
  });

  it("names the place of content that has another form", async () => {
    await writeFile(file, '{"rows":[{"name":"a"},{"name":"b","size":"big"}]}');
    await expect(readJson(file, SCHEMA)).rejects.toMatchObject({
      kind: "data",
      parts: { where: `${file}, rows[1].size`, expected: "number", received: '"big"' },
    });
    await writeFile(file, "[]");
    await expect(readJson(file, SCHEMA)).rejects.toMatchObject({ parts: { where: `${file}, rows` } });
    await writeFile(file, "3");
    await expect(readJson(file, SCHEMA)).rejects.toMatchObject({
      parts: { where: file, expected: "Object" },
    });
  });

  it("says that a file cannot be read", async () => {
    const missing = join(folder, "missing.json");
    await expect(readJson(missing, SCHEMA)).rejects.toMatchObject({
      kind: "data",
      parts: { where: missing },
    });
  });
});

describe("readJsonLines", () => {
  const ROW = v.object({ id: v.number() });

  it("reads one value per line and leaves empty lines out", async () => {
    await writeFile(file, '{"id":1}\r\n\n{"id":2}\n');
    expect(await readJsonLines(file, ROW)).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it("names the line of an error", async () => {
    await writeFile(file, '{"id":1}\n\n{"id":}\n');
    await expect(readJsonLines(file, ROW)).rejects.toMatchObject({ parts: { where: `${file}:3:7` } });
    await writeFile(file, '{"id":1}\n{"id":"2"}\n');
    await expect(readJsonLines(file, ROW)).rejects.toMatchObject({ parts: { where: `${file}:2, id` } });
  });
});

describe("jsonErrorOffset", () => {
  it.each([
    ["", 0],
    ["  ", 2],
    ["[1,]", 3],
    ["[1 2]", 3],
    ["[,1]", 1],
    ["[}", 1],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ["{a:1}", 1],
    ['{"a":"b\nc"}', 5],
    ['[{"a":[]}]x', 10],
    ["[01]", 2],
    ["nul", 0],
    ['["\\x"]', 1],
    ['{"a":[1}', 7],
  ])("finds the first token that cannot stand: %j", (text, offset) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(jsonErrorOffset(text)).toBe(offset);
  });
});
