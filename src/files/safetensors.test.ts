import { existsSync, truncateSync } from "node:fs";
import { mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VlPetError } from "../error.ts";
import { RandomStream } from "../random.ts";
import { asFloat32, openSafetensors, writeSafetensors, type TensorData } from "./safetensors.ts";

const FIXTURES = resolve("../shared/fixtures/parity/checkpoints");
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

const f32 = (shape: readonly number[], values: readonly number[]): TensorData => ({
  dtype: "F32",
  shape,
  data: Float32Array.from(values),
});

/** A file made of a header text and data bytes, with no check at all. */
async function forged(header: string, data = 0, declared?: bigint): Promise<string> {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data);
  new DataView(bytes.buffer).setBigUint64(0, declared ?? BigInt(text.length), true);
  bytes.set(text, 8);
  const file = join(folder, "forged.safetensors");
  await writeFile(file, bytes);
  return file;
}

async function refusal(file: string): Promise<VlPetError> {
  try {
    await (await openSafetensors(file)).close();
  } catch (error) {
    if (error instanceof VlPetError) return error;
    throw error;
  }
  throw new Error("the file was accepted");
}

const entry = (shape: string, offsets: string, dtype = "F32") =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

describe("writeSafetensors, then openSafetensors", () => {
  const tensors: readonly [string, TensorData][] = [
    ["flags", { dtype: "BOOL", shape: [3], data: Uint8Array.of(1, 0, 1) }],
    ["halves", { dtype: "F16", shape: [2, 1], data: Uint16Array.of(0x3c00, 0xfc00) }],
    ["__proto__", f32([2, 2], [1, 2, 3, -0])],
    ["ids", { dtype: "I64", shape: [2], data: BigInt64Array.of(-1n, 2n ** 40n) }],
    ["scalar", f32([], [7.5])],
    ["empty", f32([0, 3], [])],
    ['quote " \\ \u00e9 \u{1f600}', { dtype: "F64", shape: [1], data: Float64Array.of(1e-300) }],
  ];

  it("gives back every tensor and the metadata, bit for bit", async () => {
    const file = join(folder, "round.safetensors");
    await writeSafetensors(file, tensors, { b: "2", a: "1", ["__proto__"]: "x" });
    const opened = await openSafetensors(file);
    expect(Object.entries(opened.metadata)).toEqual([
      ["__proto__", "x"],
      ["a", "1"],
      ["b", "2"],
    ]);
    const read = await opened.readAll();
    expect(read.size).toBe(tensors.length);
    for (const [name, tensor] of tensors) expect(read.get(name)).toStrictEqual(tensor);
    await opened.close();
  });

  it("aligns every tensor to its element size and pads the header with spaces", async () => {
    const file = join(folder, "aligned.safetensors");
    await writeSafetensors(file, tensors);
    const opened = await openSafetensors(file);
    for (const [name, tensor] of tensors) {
      expect((opened.tensors.get(name)?.offset ?? NaN) % tensor.data.BYTES_PER_ELEMENT).toBe(0);
    }
    await opened.close();
    const bytes = await readFile(file);
    expect(Number(bytes.readBigUint64LE(0)) % 8).toBe(0);
    expect(bytes.subarray(8, 8 + Number(bytes.readBigUint64LE(0))).toString()).toMatch(/^\{.*\} *$/u);
  });

  it("writes the same bytes whatever the order of the tensors", async () => {
    const [one, other] = [join(folder, "one"), join(folder, "other")];
    await writeSafetensors(one, tensors);
    await writeSafetensors(other, tensors.toReversed());
    expect(await readFile(one)).toEqual(await readFile(other));
  });

  it("writes only the part of a larger buffer that a tensor views", async () => {
    const file = join(folder, "view.safetensors");
    const whole = Float32Array.of(1, 2, 3, 4);
    await writeSafetensors(file, [["v", { dtype: "F32", shape: [2], data: whole.subarray(1, 3) }]]);
    const opened = await openSafetensors(file);
    expect(await opened.read("v")).toStrictEqual(f32([2], [2, 3]));
    await opened.close();
  });

  it("accepts a file without tensors", async () => {
    const file = join(folder, "none.safetensors");
    await writeSafetensors(file, []);
    const opened = await openSafetensors(file);
    expect(opened.tensors.size).toBe(0);
    await opened.close();
  });

  it("refuses bad tensors and leaves neither a temporary nor a changed target", async () => {
    const file = join(folder, "kept.safetensors");
    await writeSafetensors(file, [["a", f32([1], [1])]]);
    const before = await readFile(file);
    const bad: readonly (readonly [string, TensorData])[][] = [
      [["a", f32([2], [1])]],
      [
        ["a", f32([1], [1])],
        ["a", f32([1], [2])],
      ],
      [["__metadata__", f32([1], [1])]],
      [["\ud800", f32([1], [1])]],
    ];
    for (const list of bad) await expect(writeSafetensors(file, list)).rejects.toThrow(VlPetError);
    expect(await readFile(file)).toEqual(before);
    await expect(writeSafetensors(join(folder, "missing", "x"), [])).rejects.toThrow(/folder exists/u);
    await expect(writeSafetensors(folder, [])).rejects.toThrow(/cannot write/u);
    expect((await readdir(resolve(folder, ".."))).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("openSafetensors refuses", () => {
  const ok = entry("[2]", "[0,8]");
  const cases: readonly [string, string, number, RegExp][] = [
    ["no JSON", "{]", 0, /not JSON/u],
    ["an array", "[]", 0, /not a JSON object/u],
    ["a name used twice", `{"a":${ok},"\\u0061":${ok}}`, 8, /key "a" twice/u],
    [
      "a field used twice",
      `{"a":{"dtype":"F32","dtype":"F16","shape":[2],"data_offsets":[0,8]}}`,
      8,
      /"dtype" twice/u,
    ],
    ["metadata that is not text", `{"__metadata__":{"a":1}}`, 0, /__metadata__/u],
    ["an entry that is no object", `{"a":[]}`, 0, /not an object/u],
    ["an unknown dtype", `{"a":${entry("[2]", "[0,8]", "F33")}}`, 8, /"a": unknown dtype[^]*F33/u],
    ["an inherited dtype", `{"a":${entry("[2]", "[0,8]", "toString")}}`, 8, /unknown dtype/u],
    ["a negative size", `{"a":${entry("[-2]", "[0,8]")}}`, 8, /impossible shape/u],
    ["a fractional size", `{"a":${entry("[0.5]", "[0,2]")}}`, 2, /impossible shape/u],
    ["a size beyond 2^53", `{"a":${entry("[18446744073709551616]", "[0,8]")}}`, 8, /impossible shape/u],
    ["an overflowing product", `{"a":${entry("[4294967296,4294967296]", "[0,8]")}}`, 8, /impossible shape/u],
    ["reversed offsets", `{"a":${entry("[2]", "[8,0]")}}`, 8, /impossible data range/u],
    ["three offsets", `{"a":${entry("[2]", "[0,8,8]")}}`, 8, /impossible data range/u],
    ["a range too long for the shape", `{"a":${entry("[1]", "[0,8]")}}`, 8, /do not match/u],
    ["overlapping tensors", `{"a":${ok},"b":${entry("[2]", "[4,12]")}}`, 12, /"b": data overlaps/u],
    ["a hole", `{"a":${ok},"b":${entry("[1]", "[12,16]")}}`, 16, /"b": unused bytes/u],
    ["data past the end", `{"a":${ok}}`, 7, /past the end/u],
    ["trailing bytes", `{"a":${ok}}`, 9, /left over/u],
    ["invalid UTF-8 or a byte-order mark", `\u{feff}{}`, 0, /not JSON/u],
  ];
  it.each(cases)("%s", async (_, header, data, message) => {
    const error = await refusal(await forged(header, data));
    expect(error.kind).toBe("checkpoint");
    expect(error.message).toMatch(message);
    expect(error.parts.where).toContain("forged.safetensors");
    expect(error.parts.fix).toBeTruthy();
  });

  it.each([
    ["a header longer than the file", 1000n],
    ["a header above 100 MB", 100_000_001n],
    ["a header of 2^63 bytes", 2n ** 63n],
  ])("%s", async (_, length) => {
    expect((await refusal(await forged("{}", 0, length))).message).toMatch(/not a safetensors file/u);
  });

  it("a missing file, a folder and a closed file", async () => {
    expect((await refusal(join(folder, "nowhere"))).message).toMatch(/cannot open/u);
    expect((await refusal(folder)).message).toMatch(/not a regular file/u);
    const opened = await openSafetensors(await forged(`{"a":${ok}}`, 8));
    await expect(opened.read("b")).rejects.toThrow(/no tensor named "b"/u);
    await opened.close();
    await opened.close();
    await expect(opened.read("a")).rejects.toThrow(/already closed/u);
  });

  it("to read from a file cut after it was opened", async () => {
    const opened = await openSafetensors(await forged(`{"a":${ok}}`, 8));
    truncateSync(opened.file, 20);
    await expect(opened.read("a")).rejects.toThrow(/ends too early/u);
    await opened.close();
  });
});

it("reads tensors beyond 4 GiB without reading what lies before", async () => {
  const rest = 4 * 2 ** 30 + 16;
  const header = `{"a":${entry(`[${rest / 4}]`, `[0,${rest}]`)},"b":${entry("[2]", `[${rest},${rest + 8}]`)}}`;
  const file = await forged(header, 0);
  const handle = await open(file, "r+"); // sparse: the gap takes no disk space
  await handle.write(new Uint8Array(Float32Array.of(1.5, -2).buffer), 0, 8, 8 + header.length + rest);
  await handle.close();
  const opened = await openSafetensors(file);
  expect(await opened.read("b")).toStrictEqual(f32([2], [1.5, -2]));
  await opened.close();
  await rm(file);
});

describe("asFloat32", () => {
  it("widens every float16 exactly", () => {
    const data = Uint16Array.from({ length: 65536 }, (_, half) => half);
    const wide = asFloat32({ dtype: "F16", shape: [65536], data });
    const expected = Array.from(data, (half) => {
      const exponent = (half >> 10) & 31;
      const fraction = half & 1023;
      const sign = half & 0x8000 ? -1 : 1;
      let value = sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
      if (exponent === 0) value = sign * 2 ** -24 * fraction;
      if (exponent === 31) value = fraction === 0 ? sign * Infinity : NaN;
      return value;
    });
    expect([...wide]).toEqual(expected); // tells -0 from 0
  });

  it("widens bfloat16 exactly, rounds float64 and keeps float32", () => {
    const wide = asFloat32({
      dtype: "BF16",
      shape: [4],
      data: Uint16Array.of(0x3f80, 0xff80, 0x0001, 0x8000),
    });
    expect([...wide]).toEqual([1, -Infinity, 2 ** -133, -0]);
    expect([...asFloat32({ dtype: "F64", shape: [1], data: Float64Array.of(0.1) })]).toEqual([
      Math.fround(0.1),
    ]);
    const same = f32([1], [3]);
    expect(asFloat32(same)).toBe(same.data);
  });

  it("refuses integers", () => {
    expect(() => asFloat32({ dtype: "I64", shape: [1], data: BigInt64Array.of(1n) })).toThrow(
      /floating-point/u,
    );
  });
});

it("gives tensors or a VlPetError for any damage to a file", async () => {
  const whole = join(folder, "whole.safetensors");
  await writeSafetensors(
    whole,
    [
      ["a", f32([2, 3], [1, 2, 3, 4, 5, 6])],
      ["b", f32([1], [1])],
    ],
    { note: "x" },
  );
  const bytes = await readFile(whole);
  const random = new RandomStream(5, "safetensors damage");
  let refused = 0;
  for (let round = 0; round < 600; round++) {
    const damaged = Uint8Array.from(
      bytes.subarray(0, round % 3 ? bytes.length : random.integer(bytes.length)),
    );
    for (let flips = random.integer(4); flips > 0 && damaged.length > 0; flips--) {
      damaged[random.integer(damaged.length)] = random.integer(256);
    }
    const file = join(folder, "damaged.safetensors");
    await writeFile(file, damaged);
    try {
      const opened = await openSafetensors(file);
      for (const tensor of (await opened.readAll()).values()) {
        expect(tensor.data.length).toBe(tensor.shape.reduce((a, b) => a * b, 1));
      }
      await opened.close();
    } catch (error) {
      expect(error).toBeInstanceOf(VlPetError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(200);
});

describe.skipIf(!existsSync(FIXTURES))("fixtures (need ../shared)", () => {
  it("opens every valid file and widens the half-precision ones exactly", async () => {
    for (const precision of ["fp16", "bf16"]) {
      const at = join(FIXTURES, "valid", `bart-vlpet-large-${precision}`);
      const half = await openSafetensors(join(at, "weights.safetensors"));
      const full = await openSafetensors(join(at, "weights_as_f32.safetensors"));
      expect(half.tensors.size).toBe(full.tensors.size);
      for (const [name, tensor] of await full.readAll()) {
        expect(asFloat32(await half.read(name))).toEqual(tensor.data);
      }
      await half.close();
      await full.close();
    }
  });

  it("refuses every corrupt file", async () => {
    const corrupt = join(FIXTURES, "corrupt");
    const names = (await readdir(corrupt)).filter((name) => name.endsWith(".safetensors"));
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) {
      if (name === "st_proto_name.safetensors") continue; // a plain name like any other
      expect((await refusal(join(corrupt, name))).kind).toBe("checkpoint");
    }
    const odd = await openSafetensors(join(corrupt, "st_proto_name.safetensors"));
    expect([...odd.tensors.keys()]).toEqual(["__proto__"]);
    expect(Object.keys(Object.prototype)).toEqual([]);
    await odd.close();
  });
});
