import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TensorOf } from "../tensor-data.ts";
import { openPytorch } from "./open-pytorch.ts";
import { viewKey } from "./state-dict.ts";
import { writePytorch } from "./write-pytorch.ts";

let folder = "";
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "vl-pet-pth-"))));
afterEach(() => rm(folder, { recursive: true }));

function tensor(shape: readonly number[], ...values: readonly number[]): TensorOf<"F32"> {
  return { dtype: "F32", shape, data: Float32Array.from(values) };
}

describe("writePytorch", () => {
  it("writes what is read back: any rank, any name, odd numbers", async () => {
    const tensors = new Map([
      ["module.wägen.weight", tensor([2, 3], 1, -0, 2.5, Number.NaN, Infinity, 1e-45)],
      ["scalar", tensor([], 7)],
      ["empty", tensor([0, 4])],
      ["a.b-c d", tensor([1, 1, 2], 3, 4)],
    ]);
    const path = join(folder, "all.pth");
    await writePytorch(path, [...tensors]);
    const file = await openPytorch(path);
    const read = await file.readAll();
    await file.close();
    expect(read).toEqual(tensors);
    expect(Object.is((read.get("module.wägen.weight") as TensorOf<"F32">).data[1], -0)).toBe(true);
  });

  it("stores an array once for all its names, and no other", async () => {
    const table = tensor([4], 1, 2, 3, 4);
    const path = join(folder, "tied.pth");
    await writePytorch(path, [
      ["shared.weight", table],
      ["lm_head.weight", table],
      ["twin.weight", tensor([4], 1, 2, 3, 4)],
    ]);
    const file = await openPytorch(path);
    await file.close();
    const [first, second, third] = [...file.tensors.values()].map(viewKey);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it("gives the same bytes for the same tensors, storages aligned as PyTorch aligns them", async () => {
    const files = ["one.pth", "two.pth"].map((name) => join(folder, name));
    for (const path of files) await writePytorch(path, [["w", tensor([2], 0.1, 0.2)]]);
    const [one, two] = await Promise.all(files.map((path) => readFile(path)));
    expect(one).toEqual(two);
    const numbers = Buffer.from(Float32Array.of(0.1, 0.2).buffer);
    expect((one?.indexOf(numbers) ?? 1) % 64).toBe(0);
  });

  it("refuses more than the format holds, and writes nothing", async () => {
    const many = Array.from({ length: 65_600 }, (_, i): [string, TensorOf<"F32">] => [
      `w${i}`,
      tensor([1], i),
    ]);
    await expect(writePytorch(join(folder, "many.pth"), many)).rejects.toThrow("write a .safetensors file");
    expect(await readdir(folder)).toEqual([]);
  });
});
