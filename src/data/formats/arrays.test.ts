import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VlPetError } from "../../error.ts";
import { RandomStream } from "../../random.ts";
import { openFeatures } from "../features.ts";

/** Made by numpy 2 of the rows HALF and FULL; deflated, base64. */
const FILES = {
  npzHalf: [
    "eNoL8GZm0WWAAEWG5pI7L/9DAQ+DCENaamJJaVFqsV5eQSUjgwBDD1QljJ7sF+obEMnIUMZQrZ6SWpxcpG6loG6TZqSuo6Cell9U",
    "UpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgY7hgNpev+rGYFuCUDxSV3W75Mwn/ABfVKSmZtaXJKYWwD3ywSo",
    "2gl4/ZJpQaRfKPMJyC9QwAilA7wZmXSZUeOmBxr2PAwI0ADWgBxT6DpBYTEB6lM+FJ2ngCRqyAR4s7KB5JiAsAxIzwKbDgC6a3aE",
  ],
  npzDeflated: [
    "eNoL8GZm0WVgYOAAYkWGLUuW2f+HAh4GEYa01MSS0qLUYr28gkpGBgGGGQwQEAOlZ78RfyUtcPJEwLGAtfMmRc2JWZK3dEHe5LRF",
    "6xYvmDctPiRoygzx+fFTJnEJlXuf0fRj7RJPVxFbwvRTys2K69gsK66tXCnMemxtzN94HB69mWm8jYeHX6Yhx52NjdGdIcCbkUmX",
    "GdVtIHtBbuBhQIAGRhCJ7NIAb1Y2kBgjEFoB6VlgdQDNiEDR",
  ],
  npzOtherName: [
    "eNoL8GZm0WWAAEWG5pI7L/9DASeDCENaamJJsV5eQSUjgwBDD1QZjJ7sF+obEMnIUMZQrZ6SWpxcpG6loG6TZqSuo6Cell9UUpSY",
    "F59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgY7hgNpev+rGYFuCfBmZNJlRvVID9StnAwI0ABSjPBWgDcrG0iAEQjN",
    "gfRxsCIA2VI5sQ==",
  ],
  npyFirst: [
    "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBuk2akrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GO4YD",
    "aXr/qxkZGBgAtOcedw==",
  ],
  npySecond: [
    "eNqb7BfqGxDJxFDCwMBQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQCLgaG",
    "A/ZAqw+cPXPGloHhgQOQ7cjAIOAIAAaqIT4=",
  ],
  npyThird: [
    "eNqb7BfqGxDJzFDCwMBQrZ6SWpxcpG6loG6TZqSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQCLgY7",
    "hgNpev+rGYH2AwCAUx43",
  ],
  npyBigEndian: [
    "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBul2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy77AwwM",
    "QMRge+bMWYcHDAyOQLajAAMDAEUdIYE=",
  ],
  npyBigEndianHalf: [
    "eNqb7BfqGxDJyFDGUK2eklqcXKRupaBul2akrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy47hgMM",
    "emnV/xkYGRgAthYeeQ==",
  ],
} as const;

const HALF = [
  [1.5, -2, 0.0999755859375],
  [65504, 2 ** -24, 0],
];
const FULL = [
  [1.5, -2, Math.fround(0.1)],
  [7, 8, 9],
];

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "arrays-"));
});
afterEach(() => rm(folder, { recursive: true }));

function bytesOf(name: keyof typeof FILES): Buffer {
  return inflateSync(Buffer.from(FILES[name].join(""), "base64"));
}

/** A NPY file of version 1 with any header. */
function npy(header: string, values: ArrayBufferView): Buffer {
  const text = Buffer.from(`${header.padEnd(117)}\n`);
  const prefix = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, text.length, 0]);
  return Buffer.concat([prefix, text, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]);
}

async function read(name: string, bytes: Uint8Array): Promise<number[][]> {
  await writeFile(join(folder, name), bytes);
  const source = await openFeatures(folder);
  const [id = ""] = source.ids;
  const { rows, width, values } = await source.read(id);
  return Array.from({ length: rows }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
}

async function failure(promise: Promise<unknown>): Promise<VlPetError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(VlPetError);
  return error as VlPetError;
}

describe("NPZ files made by numpy", () => {
  it("are read, stored or deflated, in either precision", async () => {
    expect(await read("clip.npz", bytesOf("npzHalf"))).toEqual(HALF);
    expect(await read("clip.npz", bytesOf("npzDeflated"))).toEqual(FULL);
  });

  it("are found by the whole id, dots included, and may differ in length", async () => {
    await writeFile(join(folder, "show.s01e01.npz"), bytesOf("npzHalf"));
    await writeFile(join(folder, "-x_3.npz"), bytesOf("npzDeflated"));
    const source = await openFeatures(folder, { width: 3 });
    expect(source.describe).toContain("NPZ");
    expect(source.ids).toEqual(["-x_3", "show.s01e01"]);
    expect(await source.missing(["show", "show.s01e01"])).toEqual(["show"]);
    expect((await source.readStored("show.s01e01")).words).toBeInstanceOf(Uint16Array);
    expect((await source.readStored("-x_3")).words).toBeInstanceOf(Float32Array);
    await expect(source.read("show")).rejects.toThrow("there is nothing for image show");
  });

  it("must hold an array called features", async () => {
    const error = await failure(read("clip.npz", bytesOf("npzOtherName")));
    expect(error.parts).toMatchObject({
      where: join(folder, "clip.npz"),
      expected: "an array named features",
      received: "feats",
    });
    expect(error.message).toContain("image clip");
  });

  it("are an error wherever they are cut short, and when they are no archive", async () => {
    const file = join(folder, "clip.npz");
    for (const name of ["npzHalf", "npzDeflated"] as const) {
      const whole = bytesOf(name);
      for (let length = 0; length < whole.length; length += 7) {
        const error = await failure(read("clip.npz", whole.subarray(0, length)));
        expect(error).toMatchObject({ kind: "data", parts: { where: file } });
      }
    }
    expect((await failure(read("clip.npz", bytesOf("npyFirst")))).message).toContain("not NPZ");
  });

  it("give the right numbers or a clear error when bytes are flipped: they have checksums", async () => {
    const random = new RandomStream(3, "flips");
    let failures = 0;
    for (let round = 0; round < 200; round++) {
      const name = round % 2 === 0 ? "npzHalf" : "npzDeflated";
      const bytes = bytesOf(name);
      for (let i = 0; i < 3; i++) bytes[random.integer(bytes.length)] = random.integer(256);
      const outcome = await read("clip.npz", bytes).catch((error: unknown) => error);
      if (outcome instanceof Error) {
        expect(outcome).toMatchObject({ name: "VlPetError", kind: "data" });
        failures += 1;
      } else expect(outcome).toEqual(name === "npzHalf" ? HALF : FULL);
    }
    expect(failures).toBeGreaterThan(100);
  });

  it("name the file that disappeared", async () => {
    await writeFile(join(folder, "clip.npz"), bytesOf("npzHalf"));
    const source = await openFeatures(folder);
    await rm(join(folder, "clip.npz"));
    expect((await failure(source.read("clip"))).parts.where).toBe(join(folder, "clip.npz"));
  });
});

describe("NPY files made by numpy", () => {
  it.each([
    ["npyFirst", HALF],
    ["npySecond", FULL],
    ["npyThird", HALF],
    ["npyBigEndian", FULL],
    ["npyBigEndianHalf", HALF],
  ] as const)("are read in every version and byte order (%s)", async (name, expected) => {
    expect(await read("noise.npy", bytesOf(name))).toEqual(expected);
  });
});

describe("NPY files of other layouts", () => {
  const two = Float32Array.of(1, 2);

  it.each([
    ["{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }", "'<f8' of shape (1, 1) in C order"],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }", "'<i4' of shape (1, 2) in C order"],
    ["{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }", "'<f4' of shape (1, 2) in Fortran order"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "'<f4' of shape (2) in C order"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "'<f4' of shape () in C order"],
  ])("are refused: %s", async (header, received) => {
    const error = await failure(read("noise.npy", npy(header, two)));
    expect(error.parts).toMatchObject({ where: join(folder, "noise.npy"), received });
    expect(error.parts.fix).toContain("numpy.save");
  });

  it("are refused when length and shape disagree, the header is none, or a value is no number", async () => {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    expect(await read("noise.npy", npy(header, two))).toEqual([[1, 2]]);
    const long = await failure(read("noise.npy", npy(header, Float32Array.of(1, 2, 3))));
    expect(long.parts).toMatchObject({ expected: "8 bytes for shape (1, 2)", received: "12 bytes" });
    const odd = await failure(read("noise.npy", npy("{'shape': 'a'}", two)));
    expect(odd.parts.received).toContain("'shape': 'a'");
    const other = await failure(read("noise.npy", Buffer.from("not an array at all")));
    expect(other.parts.received).toBe("19 bytes that begin with 6e6f7420616e");
    const empty = await failure(read("noise.npy", Buffer.alloc(0)));
    expect(empty.parts.received).toBe("an empty file");
    const nan = await failure(read("noise.npy", npy(header, Float32Array.of(1, NaN))));
    expect(nan.parts.where).toBe(`${join(folder, "noise.npy")}, row 0, channel 1`);
    const none = await failure(
      read("noise.npy", npy(header.replace("(1, 2)", "(0, 2)"), new Float32Array())),
    );
    expect(none.message).toContain("do not fill their shape");
  });

  it("are an error wherever they are cut short", async () => {
    const whole = bytesOf("npyFirst");
    for (let length = 0; length < whole.length; length++)
      expect((await failure(read("noise.npy", whole.subarray(0, length)))).kind).toBe("data");
  });
});
