import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jsonStart } from "./json-start.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "json-start-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("jsonStart", () => {
  it.each([
    ["[1]", "list"],
    ["\uFEFF\n  [", "list"],
    ['{"a": 1}\n{"a": 2}', "object"],
    ["dev-1-0-0,True", "other"],
    ["", "other"],
  ])("takes %j for a file of kind %s", async (content, kind) => {
    const file = join(folder, "file");
    await writeFile(file, content);
    expect(await jsonStart(file)).toBe(kind);
  });

  it.each(["missing.json", "."])("cannot read %s", async (name) => {
    const where = join(folder, name);
    await expect(jsonStart(where)).rejects.toMatchObject({ kind: "data", parts: { where } });
  });
});
