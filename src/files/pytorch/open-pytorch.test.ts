import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
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
  ORDERED,
  pickled,
  PLAIN,
  rebuilt,
  savedLegacy,
  savedZip,
  stored,
  tuple,
  zip64Ends,
} from "../../../test/files/torch-save.ts";
import { VlPetError } from "../../error.ts";
import { RandomStream } from "../../random.ts";
import { openPytorch, type PytorchFile } from "./open-pytorch.ts";

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

async function opened(bytes: Uint8Array): Promise<PytorchFile> {
  return await openPytorch(await written(bytes));
}

describe.each([
  ["zip", savedZip],
  ["legacy", savedLegacy],
] as const)("openPytorch, %s format", (_, save) => {
  it("reads contiguous and strided views, scalars and empty tensors", async () => {
    const file = await opened(
      save(
        dict({
          whole: rebuilt(floats(8), 0, [2, 4], [4, 1]),
          part: rebuilt(floats(8), 2, [2, 1, 2], [2, 99, 1]),
          turned: rebuilt(floats(8), 0, [4, 2], [1, 4]),
          spread: rebuilt(floats(8), 1, [2, 2, 2], [1, 2, 1]),
          scalar: rebuilt(floats(8), 7, [], []),
          empty: rebuilt(floats(8), 8, [0, 3], [3, 1]),
        }),
      ),
    );
    const values = [...(await file.readAll())].map(([name, { dtype, shape, data }]) => [
      name,
      dtype,
      shape,
      [...data],
    ]);
    expect(values).toEqual([
      ["whole", "F32", [2, 4], [0, 1, 2, 3, 4, 5, 6, 7]],
      ["part", "F32", [2, 1, 2], [2, 3, 4, 5]],
      ["turned", "F32", [4, 2], [0, 4, 1, 5, 2, 6, 3, 7]],
      ["spread", "F32", [2, 2, 2], [1, 2, 3, 4, 2, 3, 4, 5]],
      ["scalar", "F32", [], [7]],
      ["empty", "F32", [0, 3], []],
    ]);
    await file.close();
  });

  it("lets tied names share one buffer, read together or one after another", async () => {
    const turned = rebuilt(floats(8), 0, [4, 2], [1, 4]);
    const whole = rebuilt(floats(8), 0, [8], [1]);
    const half = rebuilt(floats(8), 4, [4], [1]);
    const file = await opened(save(dict({ a: whole, b: whole, c: half, d: turned, e: turned })));
    const [a, b] = await Promise.all([file.read("a"), file.read("b")]);
    const c = await file.read("c");
    expect(b.data.buffer).toBe(a.data.buffer);
    expect(c.data.buffer).toBe(a.data.buffer);
    const [d, e] = [await file.read("d"), await file.read("e")];
    expect(e.data.buffer).toBe(d.data.buffer);
    expect(d.data.buffer).not.toBe(a.data.buffer);
    expect(file.tensors.get("a")).toEqual(file.tensors.get("b"));
    await file.close();
    await file.close();
    await expect(openPytorch(file.file).then((again) => again.read("f"))).rejects.toThrow(
      /no tensor named "f"/u,
    );
  });

  it("gives tensors or a VlPetError for any damage", async () => {
    const bytes = save(
      dict({ w: rebuilt(floats(8), 0, [2, 4], [4, 1]), v: rebuilt(floats(8), 0, [4, 2], [1, 4]) }),
    );
    const random = new RandomStream(11, "pytorch damage");
    let refused = 0;
    for (let round = 0; round < 500; round++) {
      const damaged = Uint8Array.from(
        bytes.subarray(0, round % 4 ? bytes.length : random.integer(bytes.length)),
      );
      for (let flips = 1 + random.integer(3); flips > 0 && damaged.length > 0; flips--) {
        damaged[random.integer(damaged.length)] = random.integer(256);
      }
      try {
        const file = await opened(damaged);
        const tensors = await file.readAll().finally(() => file.close());
        for (const { shape, data } of tensors.values())
          expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
      } catch (error) {
        if (!(error instanceof VlPetError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(200);
  });
});

describe("openPytorch reads", () => {
  it("every storage class", async () => {
    const types = {
      FloatStorage: ["F32", 4],
      DoubleStorage: ["F64", 8],
      HalfStorage: ["F16", 2],
      BFloat16Storage: ["BF16", 2],
      LongStorage: ["I64", 8],
      IntStorage: ["I32", 4],
      ShortStorage: ["I16", 2],
      CharStorage: ["I8", 1],
      ByteStorage: ["U8", 1],
      BoolStorage: ["BOOL", 1],
    } as const;
    for (const [type, [dtype, size]] of Object.entries(types)) {
      const body = dict({ w: rebuilt(stored(type, "0", 2), 1, [1], [1]) });
      const file = await opened(savedZip(body, ["\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0".slice(0, 2 * size)]));
      const { data, ...entry } = await file.read("w");
      expect(entry).toEqual({ dtype, shape: [1] });
      expect(data.byteLength).toBe(size);
      await file.close();
    }
  });

  it("parameters, and untyped storages with an element type beside the tensor", async () => {
    const untyped = stored("UntypedStorage", "0", 32);
    const args = tuple(untyped, int(2), ints([2]), ints([1]), FALSE, ORDERED, "ctorch\nuint16\n");
    const parameter = tuple(rebuilt(floats(8), 6, [2], [1]), "\x88", ORDERED);
    const file = await opened(
      savedZip(
        dict({
          u: `ctorch._utils\n_rebuild_tensor_v3\n${args}R`,
          p: `ctorch._utils\n_rebuild_parameter\n${parameter}R`,
        }),
      ),
    );
    expect(await file.read("u")).toEqual({ dtype: "U16", shape: [2], data: Uint16Array.of(0, 0x3f80) });
    expect([...(await file.read("p")).data]).toEqual([6, 7]);
    await file.close();
  });

  it("entries without a checksum, and a stated byte order", async () => {
    const more = [{ name: "root/byteorder", data: "little", crc: 0 }];
    const file = await opened(savedZip(PLAIN, [EIGHT], more));
    expect([...(await file.read("w")).data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await file.close();
  });

  it("a storage beyond 4 GiB in a zip64 archive", async () => {
    const gap = 4 * 2 ** 30;
    const pickle = { name: "root/data.pkl", data: pickled(PLAIN) };
    const { start, rest } = zip64Ends(pickle, { name: "root/data/0", data: EIGHT }, gap);
    const file = join(folder, "large.pth");
    const handle = await open(file, "w"); // sparse: the gap takes no disk space
    await handle.write(start);
    await handle.write(rest, 0, rest.length, gap);
    await handle.close();
    const large = await openPytorch(file);
    expect([...(await large.read("w")).data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await large.close();
    await rm(file);
  });
});
