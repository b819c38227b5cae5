import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTensors } from "./open-tensors.ts";
import { writeSafetensors } from "./safetensors.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** An empty state dict in PyTorch's older format. */
const LEGACY =
  "\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}\x8c\x0dlittle_endian\x88s.\x80\x02}.\x80\x02].";

async function opened(content: string) {
  const file = join(folder, "any.bin");
  await writeFile(file, content, "latin1");
  const tensors = await openTensors(file);
  await tensors.close();
  return tensors.format;
}

it("tells formats apart by content, whatever the extension", async () => {
  const file = join(folder, "model.pth");
  await writeSafetensors(file, [["w", { dtype: "F32", shape: [1], data: Float32Array.of(1) }]]);
  const tensors = await openTensors(file);
  expect(tensors.format).toBe("safetensors");
  await tensors.close();
  expect(await opened(LEGACY)).toBe("pytorch");
  await expect(opened("PK\x03\x04")).rejects.toThrow(/zip archive/u);
});

it("takes a safetensors header whose length looks like a pickle or a zip", async () => {
  for (const length of [0x0280, 0x0580]) {
    const header = "{}".padEnd(length);
    const prefix = String.fromCharCode(length & 255, length >> 8, 0, 0, 0, 0, 0, 0);
    expect(await opened(prefix + header)).toBe("safetensors");
  }
});

it.each([
  ["an empty file", "", /an empty file/u],
  ["text", "hello world, this is text", /begins with "hello world, this is tex"/u],
  ["a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid", /git lfs pull/u],
  ["HDF5", "\x89HDF\r\n\x1a\n", /unknown kind/u],
  ["a safetensors header that is too long", "\0\0\0\0\0\x01\0\0{}", /at most 100000000 bytes/u],
])("refuses %s", async (_, content, message) => {
  await expect(opened(content)).rejects.toThrow(message);
});
