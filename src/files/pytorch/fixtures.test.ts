import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { VlPetError } from "../../error.ts";
import { openTensors } from "../open-tensors.ts";
import { openSafetensors } from "../safetensors.ts";
import { openPytorch } from "./open-pytorch.ts";

const FIXTURES = resolve("../shared/fixtures/parity/checkpoints");
const VALID = join(FIXTURES, "valid");
const CORRUPT = join(FIXTURES, "corrupt");

interface Views {
  readonly [name: string]: { readonly dtype: string; readonly shape: number[]; readonly values: unknown[] };
}

/** What may also be accepted, as expectations.json says. */
const HARMLESS = new Set(["st_proto_name.safetensors"]);

describe.skipIf(!existsSync(FIXTURES))("checkpoints made by PyTorch (need ../shared)", () => {
  it("equal their safetensors twins bit for bit, ties included", async () => {
    const index = JSON.parse(await readFile(join(VALID, "index.json"), "utf8")) as Record<
      string,
      { storages?: number }
    >;
    let compared = 0;
    for (const model of await readdir(VALID)) {
      const at = join(VALID, model);
      if (!existsSync(join(at, "weights.safetensors"))) continue;
      const twin = await openSafetensors(join(at, "weights.safetensors"));
      const expected = await twin.readAll();
      for (const name of (await readdir(at)).filter((file) => file.endsWith(".pth"))) {
        const file = await openPytorch(join(at, name));
        const tensors = await file.readAll();
        const bare = new Map([...tensors].map(([key, tensor]) => [key.replace(/^module\./u, ""), tensor]));
        expect(new Set(bare.keys())).toEqual(new Set(expected.keys()));
        for (const [key, tensor] of expected) expect(bare.get(key)).toEqual(tensor);
        const buffers = new Set([...tensors.values()].map(({ data }) => data.buffer));
        const { storages } = index[model] ?? {};
        if (storages !== undefined) expect(buffers.size).toBe(storages);
        await file.close();
        compared++;
      }
      await twin.close();
    }
    expect(compared).toBeGreaterThanOrEqual(11);
  });

  it.each(["views.pth", "views_legacy.pth"])(
    "%s: offsets, strides, scalars and other dtypes",
    async (name) => {
      const views = JSON.parse(await readFile(join(VALID, "views", "views.json"), "utf8")) as Views;
      const file = await openPytorch(join(VALID, "views", name));
      expect([...file.tensors.keys()]).toEqual(Object.keys(views));
      for (const [key, { dtype, shape, values }] of Object.entries(views)) {
        const tensor = await file.read(key);
        expect(tensor.shape).toEqual(shape);
        const read = Array.from(tensor.data as ArrayLike<number | bigint>, Number);
        expect(dtype === "bool" ? read.map(Boolean) : read).toEqual(values);
      }
      await file.close();
    },
  );

  it("are refused where corrupt, without running anything", async () => {
    const names = Object.keys(
      JSON.parse(await readFile(join(CORRUPT, "expectations.json"), "utf8")) as object,
    );
    for (const name of names) {
      const reads = name.endsWith(".pth") ? [openPytorch, openTensors] : [openTensors];
      for (const read of reads) {
        const outcome = read(join(CORRUPT, name)).then(async (file) => {
          await file.readAll();
          await file.close();
          return "accepted";
        });
        const result = await outcome.catch((error: unknown) => error);
        if (HARMLESS.has(name)) expect(result).toBe("accepted");
        else expect(result, name).toBeInstanceOf(VlPetError);
        if (result instanceof VlPetError) expect(result.kind).toBe("checkpoint");
      }
    }
    for (const at of [process.cwd(), CORRUPT, FIXTURES]) {
      expect((await readdir(at)).filter((file) => file.startsWith("pwned"))).toEqual([]);
    }
  });
});
