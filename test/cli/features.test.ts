import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { VISION_CASES } from "../contract/vision-cases.ts";
import { writePhotos, writeVision } from "../vision-files.ts";
import { startVlpet, until, vlpet } from "./vlpet.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "features-"));
  await writeVision(join(folder, "resnet.safetensors"), VISION_CASES["clip-resnet"].config);
  const names = Array.from({ length: 60 }, (_, i) => `photo-${String(i).padStart(2, "0")}.jpg`);
  await writePhotos(join(folder, "photos"), names);
  await writePhotos(join(folder, "few"), ["a.jpg", "c.jpg"]);
  await writeFile(join(folder, "few", "b.jpg"), "no photo");
});
afterAll(() => rm(folder, { recursive: true }));

const MODEL = ["--model", "resnet.safetensors", "--image-size", "64", "--threads", "1"];

/** The ids of the files that an extraction has written so far. */
async function written(output: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, output));
  return names.filter((name) => name.endsWith(".h5")).map((name) => name.slice(0, -3));
}

describe("vlpet features extract", () => {
  it("tells what it made, and lists what it left out", async () => {
    const args = ["features", "extract", "few", ...MODEL, "--output", "made", "--skip-bad"];
    const { code, stdout, stderr } = await vlpet(args, folder);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `${join(folder, "made")}: 2 photos written\n4 × 128 values a photo, float32, from 64 × 64 pixels\n`,
    );
    expect(stderr).toContain("encoding [");
    expect(stderr).toContain(`1 cannot be read and were left out:\n  ${join(folder, "few", "b.jpg")}: `);
    expect(await written("made")).toEqual(["a", "c"]);
    const again = await vlpet([...args, "--json", "--quiet"], folder);
    expect(JSON.parse(again.stdout)).toMatchObject({
      written: 0,
      present: 2,
      shape: { rows: 4, width: 128 },
    });
    expect(again.stderr).not.toContain("encoding [");
  });

  it("stops at Ctrl-C with whole files only, and goes on with the same command", async () => {
    const args = ["features", "extract", "photos", ...MODEL, "-o", "stopped", "--batch-size", "1"];
    const running = startVlpet(args, folder);
    await until(() => existsSync(join(folder, "stopped", "photo-03.h5")));
    running.process.kill("SIGINT");
    const { code, stderr } = await running.finished;
    expect([code, stderr]).toEqual([130, expect.stringContaining("stopped before it was done")]);
    const before = await written("stopped");
    expect(before.length).toBeGreaterThanOrEqual(4);
    expect(before.length).toBeLessThan(60);
    expect((await readdir(join(folder, "stopped"))).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    const { stdout } = await vlpet([...args, "--quiet"], folder);
    expect(stdout).toContain(`${60 - before.length} photos written, ${before.length} were there already`);
    expect(await written("stopped")).toHaveLength(60);
  });

  it.each([
    ["a bad photo", ["few"], 1, "--skip-bad"],
    ["no folder", ["nowhere"], 1, "cannot be listed"],
    ["an unknown way of fitting", ["few", "--fit", "squeeze"], 2, "stretch, crop"],
    ["no batch", ["few", "--batch-size", "0"], 2, "whole number from 1"],
  ])("says what is wrong with %s", async (_, given, status, words) => {
    const { code, stderr } = await vlpet(["features", "extract", ...given, ...MODEL, "-o", "bad"], folder);
    expect(stderr).toContain(words);
    expect(code).toBe(status);
  });

  it("says what is wrong with weights that are no image encoder's", async () => {
    await writeFile(join(folder, "text.pt"), "hello");
    const { code, stderr } = await vlpet(
      ["features", "extract", "few", "-m", "text.pt", "-o", "bad"],
      folder,
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining("unknown kind of file")]);
  });
});
