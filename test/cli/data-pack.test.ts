import { readFileSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openFeatures } from "../../src/data/index.ts";
import { startVlpet, until, vlpet } from "./vlpet.ts";

const COUNT = 3000; // takes a while, so that it can be stopped on the way
const WIDTH = 64;

let folder = "";
let work = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "data-pack-"));
  await mkdir(join(folder, "noise"));
  for (let i = 0; i < COUNT; i++) await writeFile(join(folder, "noise", `image${i}.npy`), npy(i));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  work = await mkdtemp(join(folder, "work-"));
});

/** 10 rows of float32 that begin with `first`. */
function npy(first: number): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (10, ${WIDTH}), }`.padEnd(117);
  const values = Float32Array.from({ length: 10 * WIDTH }, (_, i) => first + i / 8);
  const prefix = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, 118, 0]);
  return Buffer.concat([prefix, Buffer.from(`${header}\n`), Buffer.from(values.buffer)]);
}

const PACK = ["data", "pack", "../noise", "--output", "noise.vlpack", "--quiet"];

/** Items that are in the unfinished store. */
function packedItems(): number {
  try {
    return readFileSync(join(work, "noise.vlpack.part.jsonl"), "utf8").split("\n").length - 2;
  } catch {
    return 0;
  }
}

describe("vlpet data pack", () => {
  it("packs a folder, says so, and shows how far it is", async () => {
    const args = ["data", "pack", "../noise", "--output", "noise.vlpack"];
    const { code, stdout, stderr } = await vlpet(args, work);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${join(work, "noise.vlpack")}: 3000 images, width 64 in float16, 3.9 MB\n`,
    });
    expect(stderr).toMatch(/packing \[=+\] 3000\/3000 \| 3\.8 MB \| ETA/);
    const source = await openFeatures(join(work, "noise.vlpack"));
    const { values } = await source.read("image123");
    expect([...values.subarray(0, 3)]).toEqual([123, 123.125, 123.25]);
    await source.close();
    const verified = await vlpet(["data", "verify", "noise.vlpack", "--quiet"], work);
    expect(verified).toMatchObject({ code: 0, stdout: "noise.vlpack: all 3000 images are intact, 3.9 MB\n" });
  });

  it("goes on after kill -9 and after Ctrl-C, to the same bytes as at one go", async () => {
    await vlpet(PACK, work);
    const whole = await readFile(join(work, "noise.vlpack"));
    await rm(join(work, "noise.vlpack"));

    const killed = startVlpet(PACK, work);
    await until(() => packedItems() > 40);
    killed.process.kill("SIGKILL");
    expect((await killed.finished).code).toBeNull();
    const first = packedItems();

    const stopped = startVlpet(PACK, work);
    await until(() => packedItems() > first + 40);
    stopped.process.kill("SIGINT");
    const { code, stderr } = await stopped.finished;
    expect(code).toBe(130);
    expect(stderr).toContain("stopped before it was done");
    expect((await readdir(work)).toSorted()).toEqual(["noise.vlpack.part", "noise.vlpack.part.jsonl"]);

    const { stdout } = await vlpet([...PACK, "--json"], work);
    const report = JSON.parse(stdout) as { readonly resumed: number; readonly count: number };
    expect(report.count).toBe(COUNT);
    expect(report.resumed).toBeGreaterThan(first + 40);
    expect((await readFile(join(work, "noise.vlpack"))).equals(whole)).toBe(true);
    expect(await readdir(work)).toEqual(["noise.vlpack"]);
  });

  it("tells what is wrong, and with which image", async () => {
    await mkdir(join(work, "bad"));
    await writeFile(join(work, "bad", "cat.npy"), npy(1));
    await writeFile(join(work, "bad", "dog.npy"), npy(65_500));
    const range = await vlpet(["data", "pack", "bad", "--output", "bad.vlpack", "-q"], work);
    expect(range.code).toBe(1);
    expect(range.stderr).toContain("image dog do not fit into float16");
    const wide = await vlpet(
      ["data", "pack", "bad", "--output", "wide.vlpack", "--dtype", "float32", "-q"],
      work,
    );
    expect(wide.code).toBe(0);
    expect(statSync(join(work, "wide.vlpack")).size).toBeGreaterThan(2 * 10 * WIDTH * 4);
    const bytes = await readFile(join(work, "wide.vlpack"));
    bytes[4100] = (bytes[4100] ?? 0) ^ 1;
    await writeFile(join(work, "wide.vlpack"), bytes);
    const damaged = await vlpet(["data", "verify", "wide.vlpack", "-q"], work);
    expect(damaged.code).toBe(1);
    expect(damaged.stderr).toContain("1 of 2 images are damaged");
    expect(damaged.stderr).toContain("received: cat");
    expect((await vlpet(["data", "pack", "bad"], work)).code).toBe(2);
    const name = await vlpet(["data", "pack", "bad", "--output", "store", "-q"], work);
    expect(name.stderr).toContain("call it");
  });
});
