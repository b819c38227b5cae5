import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  dict,
  EIGHT,
  FALSE,
  floats,
  int,
  ints,
  pickled,
  PLAIN,
  rebuilt,
  savedLegacy,
  savedZip,
  stored,
  text,
  uint,
  zipArchive,
} from "../../../test/files/torch-save.ts";
import { VlPetError } from "../../error.ts";
import { openPytorch } from "./open-pytorch.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pytorch-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(bytes: Uint8Array): Promise<string> {
  const file = join(folder, "saved.pth");
  await writeFile(file, bytes);
  return file;
}

async function refusal(file: string): Promise<VlPetError> {
  try {
    const opened = await openPytorch(file);
    await opened.readAll().finally(() => opened.close());
  } catch (error) {
    if (error instanceof VlPetError) return error;
    throw error;
  }
  throw new Error("the file was accepted");
}

/** A checkpoint of one tensor. */
const one = (...args: Parameters<typeof rebuilt>) => savedZip(dict({ w: rebuilt(...args) }));

describe("openPytorch refuses", () => {
  const pickle = { name: "root/data.pkl", data: pickled(PLAIN) };
  const storage = { name: "root/data/0", data: EIGHT };
  const cases: readonly [string, Uint8Array, RegExp][] = [
    ["an empty file", new Uint8Array(), /an empty file/u],
    ["another kind of file", Buffer.from("hello"), /neither a zip archive nor a pickle/u],
    ["a bare pickle", Buffer.from(pickled(PLAIN), "latin1"), /wrong magic number/u],
    ["a zip archive of something else", zipArchive([{ name: "a.npy", data: "" }]), /one <name>\/data\.pkl/u],
    ["two checkpoints in one", savedZip(PLAIN, [], [{ name: "b/data.pkl", data: "" }]), /2 of them/u],
    [
      "a TorchScript program",
      savedZip(PLAIN, [], [{ name: "root/constants.pkl", data: "" }]),
      /TorchScript/u,
    ],
    ["big-endian numbers", savedZip(PLAIN, [EIGHT], [{ name: "root/byteorder", data: "big" }]), /"big"/u],
    ["a compressed entry", zipArchive([pickle, { ...storage, method: 8 }]), /data\/0: .*compressed/u],
    [
      "an encrypted entry",
      zipArchive([pickle, { ...storage, flags: 1 }]),
      /compressed\/uncompressed|encrypted/u,
    ],
    [
      "a path that leaves the archive",
      zipArchive([{ name: "../x\x1b[2J", data: "", flags: 0x800 }, pickle]),
      /: \.\.\/x\u{fffd}\[2J/u,
    ],
    ["a name used twice", zipArchive([pickle, storage, storage]), /one name/u],
    [
      "a directory that points at another entry",
      zipArchive([{ ...pickle, localName: "root/data/0xx" }, storage]),
      /another entry/u,
    ],
    ["a pickle that differs from its checksum", zipArchive([{ ...pickle, crc: 5 }, storage]), /checksum/u],
    [
      "a storage that differs from its checksum",
      zipArchive([pickle, { ...storage, crc: 5 }]),
      /storage 0: .*checksum/u,
    ],
    ["a nested dict", savedZip(dict({ model: PLAIN, epoch: int(3) })), /model: a dict of 1\n.*inner dict/u],
    ["values that are no tensors", savedZip(dict({ epoch: int(3) })), /epoch: 3/u],
    ["names that are no text", savedZip(`}${int(1)}${rebuilt(floats(8), 0, [8], [1])}s`), /the key 1/u],
    ["a tensor past its storage", one(floats(8), 1, [8], [1]), /"w": more elements/u],
    ["an empty tensor past its storage", one(floats(8), 9, [0], [1]), /more elements/u],
    ["an expanded tensor", one(floats(8), 0, [9], [0]), /more elements/u],
    ["a storage of another size", one(floats(7), 0, [7], [1]), /"w": its storage[^]*28 bytes[^]*32 bytes/u],
    ["a storage that is not there", one(stored("FloatStorage", "9", 8), 0, [8], [1]), /no such storage/u],
    ["shape and stride that differ", one(floats(8), 0, [8], [1, 1]), /differ in length/u],
    ["65 dimensions", one(floats(8), 0, Array<number>(65).fill(1), []), /more than 64 dimensions/u],
    [
      "a storage that views another",
      one(stored("FloatStorage", "0", 8, ints([1])), 0, [8], [1]),
      /view other/u,
    ],
    ["an unknown storage class", one(stored("QUInt8Storage", "0", 8), 0, [8], [1]), /torch\.QUInt8Storage/u],
    [
      "a tensor without an element type",
      one(stored("UntypedStorage", "0", 32), 0, [8], [1]),
      /element type/u,
    ],
    ["another persistent id", savedZip(`${text("x")}Q`), /names no storage/u],
  ];
  it.each(cases)("%s", async (_, bytes, message) => {
    const error = await refusal(await written(bytes));
    expect(error.kind).toBe("checkpoint");
    expect(error.message).toMatch(message);
    expect(error.message).toContain("saved.pth");
    expect(error.parts.fix).toBeTruthy();
  });

  it("entries laid over one another", async () => {
    const inner = zipArchive([storage])
      .toString("latin1")
      .slice(0, 30 + storage.name.length + EIGHT.length);
    const outer = { name: "root/data/1", data: inner };
    const offset = 30 + outer.name.length;
    const file = await written(zipArchive([outer, pickle, { ...storage, data: EIGHT, offset }]));
    expect((await refusal(file)).message).toMatch(/share bytes/u);
  });

  it("views whose copies would take many times the file", async () => {
    const views = Array.from({ length: 20 }, (_, i) => [
      `v${i}`,
      rebuilt(floats(8), 0, [2, 2, 2], [1, i % 3, i % 5]),
    ]);
    const error = await refusal(
      await written(savedZip(dict(Object.fromEntries(views) as Record<string, string>))),
    );
    expect(error.message).toMatch(/many times their size/u);
  });

  it.each([
    ["a cut file", { data: EIGHT.slice(1) }, /301 bytes, not 302/u],
    ["bytes after the last storage", { data: `${EIGHT}x` }, /does not end with/u],
    ["a storage of another length", { count: 7 }, /another length/u],
    ["a storage that no tensor uses", { keys: text("7") }, /no tensor uses/u],
    [
      "a storage given twice",
      { keys: text("0") + text("0"), data: EIGHT + uint(8, 8) + EIGHT },
      /given twice/u,
    ],
    ["big-endian numbers", { order: FALSE }, /byte order/u],
  ] as const)("in the older format, %s", async (_, change, message) => {
    expect((await refusal(await written(savedLegacy(PLAIN, change)))).message).toMatch(message);
  });
});
