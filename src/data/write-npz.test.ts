import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { npyFeatures } from "./npy.ts";
import { npzArray } from "./npz.ts";
import { writeNpz } from "./write-npz.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "npz-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("writeNpz", () => {
  it("writes what the reader reads, the data at a multiple of 64 bytes, and the same file for the same values", async () => {
    const file = join(folder, "clip.npz");
    const values = Float32Array.from([1, 2.5, -3, 0, 1e-30, 6]);
    await writeNpz(file, { rows: 2, width: 3, values });
    const bytes = await readFile(file);
    const npy = await npzArray(bytes, "features", "clip", file);
    const { rows, width, words } = npyFeatures(npy, "clip", file);
    expect([rows, width, words]).toEqual([2, 3, values]);
    expect((npy.length - values.byteLength) % 64).toBe(0);
    await writeNpz(file, { rows: 2, width: 3, values });
    expect(await readFile(file)).toEqual(bytes);
  });

  it("stores halves where they are wanted, and refuses what they cannot hold", async () => {
    const file = join(folder, "clip.npz");
    await writeNpz(file, { rows: 1, width: 3, values: Float32Array.of(1, 0.1, -65504) }, "float16");
    const { words } = npyFeatures(
      await npzArray(await readFile(file), "features", "clip", file),
      "clip",
      file,
    );
    expect(words).toEqual(Uint16Array.of(0x3c00, 0x2e66, 0xfbff));
    await expect(
      writeNpz(file, { rows: 1, width: 1, values: Float32Array.of(70000) }, "float16"),
    ).rejects.toMatchObject({ kind: "data", parts: { where: file, received: "70000" } });
  });

  it("refuses values that do not fill the shape", async () => {
    await expect(
      writeNpz(join(folder, "clip.npz"), { rows: 2, width: 3, values: new Float32Array(5) }),
    ).rejects.toMatchObject({ kind: "shape", parts: { received: "5 values" } });
  });
});
