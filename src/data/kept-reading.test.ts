import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keptReading } from "./kept-reading.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kept-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("keptReading", () => {
  it("reads files once while they stay the same, and again when one has changed or is gone", async () => {
    const [a, b] = [join(folder, "a"), join(folder, "b")];
    await writeFile(a, "1");
    await writeFile(b, "2");
    const read = keptReading((files) => Promise.all(files.map((file) => readFile(file, "utf8"))));
    const first = await read([a, b]);
    expect(first).toEqual(["1", "2"]);
    expect(await read([a, b])).toBe(first);
    expect(await read([a])).toEqual(["1"]);
    await writeFile(b, "22");
    expect(await read([a, b])).toEqual(["1", "22"]);
    await rm(b);
    await expect(read([a, b])).rejects.toThrow("ENOENT");
  });
});
