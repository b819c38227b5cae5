import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { VlPetError } from "../error.ts";
import { replaceFile } from "./replace-file.ts";

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "replace-"));
  file = join(folder, "target");
  await writeFile(file, "old");
});
afterEach(() => rm(folder, { recursive: true }));

it("keeps the old content until all of the new is written", async () => {
  await replaceFile(file, async (handle) => {
    await handle.write("half");
    expect(await readFile(file, "utf8")).toBe("old");
    await handle.write(", whole");
    expect(await readFile(file, "utf8")).toBe("old");
  });
  expect(await readFile(file, "utf8")).toBe("half, whole");
  expect(await readdir(folder)).toEqual(["target"]);
});

it("passes a failure on and leaves everything as it was", async () => {
  const failure = new RangeError("no more tensors");
  const writing = replaceFile(file, async (handle) => {
    await handle.write("half");
    throw failure;
  });
  await expect(writing).rejects.toBe(failure);
  expect(await readFile(file, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["target"]);
});

it("says what to do when the file system refuses", async () => {
  const writing = replaceFile(join(folder, "missing", "x"), async () => {});
  await expect(writing).rejects.toThrow(VlPetError);
  await expect(writing).rejects.toThrow(/cannot write the file[^]*ENOENT[^]*folder exists/u);
});

it("lets two writers of one file both finish, the later one winning", async () => {
  const write = (text: string) => replaceFile(file, async (handle) => void (await handle.write(text)));
  await Promise.all([write("one"), write("two")]);
  expect(["one", "two"]).toContain(await readFile(file, "utf8"));
  expect(await readdir(folder)).toEqual(["target"]);
});
