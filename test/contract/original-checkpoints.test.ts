import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundConfig } from "../../src/config/index.ts";
import { openTensors, writeSafetensors, type TensorData } from "../../src/files/index.ts";
import type { OriginalHeads } from "../../src/files/original-form.ts";
import { readAdapterConfig } from "../../src/train/adapter-folder.ts";
import { foundOriginal } from "../../src/train/found-original.ts";
import { convertFromOriginal } from "../../src/train/from-original.ts";
import { openAdapterModel, type ModelValues } from "../../src/train/model-values.ts";
import { convertToOriginal } from "../../src/train/to-original.ts";

const PARITY = resolve(import.meta.dirname, "../../../shared/fixtures/parity");
const CASES = join(PARITY, "dev");
const CHECKPOINTS = join(PARITY, "checkpoints/valid");

/** Cases of the original with a state dict of their own. */
const NAMES = existsSync(CASES)
  ? readdirSync(CASES).filter((name) => existsSync(join(CASES, name, "weights.safetensors")))
  : [];

let folder = "";
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "vl-pet-original-"))));
afterAll(() => rm(folder, { recursive: true }));

async function converted(file: string, output: string, set: readonly string[]) {
  const found = await foundOriginal(file);
  const config = await foundConfig(found, file, set);
  const report = await convertFromOriginal({ ...config, file, heads: found.heads, output, tokenizer: null });
  return { found, report };
}

async function opened(output: string): Promise<ModelValues> {
  const adapter = join(output, "adapter");
  const config = await readAdapterConfig(adapter);
  return openAdapterModel({ adapter, config, backboneFile: join(output, "backbone/model.safetensors") });
}

async function back(output: string, heads: OriginalHeads, target: string) {
  const values = await opened(output);
  try {
    return await convertToOriginal({ values, heads, output: target });
  } finally {
    await values.close();
  }
}

/** All tensors of a file without the wrapper's prefix. */
async function tensorsOf(path: string): Promise<ReadonlyMap<string, TensorData>> {
  const file = await openTensors(path);
  try {
    return new Map(
      [...(await file.readAll())].map(([key, tensor]) => [key.replace(/^module\./, ""), tensor]),
    );
  } finally {
    await file.close();
  }
}

function methodOf(name: string): { readonly heads: number; readonly method: string } {
  const about = JSON.parse(readFileSync(join(CASES, name, "case.json"), "utf8")) as {
    sizes: { heads: number };
    method: { name: string };
  };
  return { heads: about.sizes.heads, method: about.method.name };
}

/** What the cases call methods that we call otherwise; plain parameters do not show which of them were trained. */
const RECOGNISED: Readonly<Record<string, string>> = {
  bitfit: "full",
  "gating-only": "vl-pet",
  "low-rank adapter": "low-rank-adapter",
};

describe.skipIf(NAMES.length === 0)("checkpoints of the original (needs ../shared/fixtures/parity)", () => {
  it("cover every kind of method", () => {
    expect(NAMES.length).toBeGreaterThan(60);
  });

  it.each(NAMES)("%s becomes an adapter and itself again, tensor by tensor", async (name) => {
    const { heads, method } = methodOf(name);
    const file = join(CASES, name, "weights.safetensors");
    const output = join(folder, name);
    const { found, report } = await converted(file, output, [`backbone.heads=${heads}`]);
    const wanted = method.startsWith("decoder ") ? "vl-pet" : (RECOGNISED[method] ?? method);
    expect(found.pet.name).toBe(wanted);
    const given = await tensorsOf(file);
    expect(report).toMatchObject({ tensors: given.size, equal: given.size, differing: [] });

    const target = join(output, "again.pth");
    expect(await back(output, found.heads, target)).toMatchObject({ recognised: wanted, equal: given.size });
    expect(await tensorsOf(target)).toEqual(given);
    await rm(output, { recursive: true });
  });
});

function checkpoint(name: string): string {
  return join(CHECKPOINTS, name);
}

/** A copy of a checkpoint with some tensors changed. */
async function changed(change: (tensors: Map<string, TensorData>) => unknown): Promise<string> {
  const tensors = new Map(await tensorsOf(checkpoint("bart-vlpet-large/weights.safetensors")));
  change(tensors);
  const path = join(folder, "changed.safetensors");
  await writeSafetensors(path, tensors);
  return path;
}

describe.skipIf(!existsSync(CHECKPOINTS))("the original's files (need ../shared/fixtures/parity)", () => {
  const heads = ["backbone.heads=4"];

  it.each([
    ["bart-vlpet-large", "LAST.pth"],
    ["bart-vlpet-large", "LAST_cpu.pth"],
    ["bart-vlpet-large", "LAST_legacy.pth"],
    ["bart-vlpet-large-fp16", "LAST.pth"],
    ["bart-vlpet-large-bf16", "LAST.pth"],
    ["t5-vlpet-middleX", "LAST.pth"],
    ["bart-compacter", "LAST_legacy.pth"],
  ])("%s/%s gives the numbers of its safetensors twin", async (name, pth) => {
    const twin = existsSync(checkpoint(`${name}/weights_as_f32.safetensors`)) ? "weights_as_f32" : "weights";
    const [one, other] = [join(folder, "one"), join(folder, "other")];
    await converted(checkpoint(`${name}/${pth}`), one, heads);
    await converted(checkpoint(`${name}/${twin}.safetensors`), other, heads);
    for (const part of ["adapter/adapter_model.safetensors", "backbone/model.safetensors"]) {
      expect(await tensorsOf(join(one, part))).toEqual(await tensorsOf(join(other, part)));
    }
    await rm(one, { recursive: true });
    await rm(other, { recursive: true });
  });

  const LAYER = "model.encoder.layers.1";

  it.each([
    [
      "missing",
      "1 missing (encoder.layers.1.fc1.bias)",
      (tensors: Map<string, TensorData>) => tensors.delete(`${LAYER}.fc1.bias`),
    ],
    [
      "extra",
      "1 extra (encoder.layers.1.stranger)",
      (tensors: Map<string, TensorData>) =>
        tensors.set(`${LAYER}.stranger`, { dtype: "F32", shape: [1], data: new Float32Array(1) }),
    ],
    [
      "misshaped",
      "1 of another shape (encoder.layers.1.fc1.bias)",
      (tensors: Map<string, TensorData>) =>
        tensors.set(`${LAYER}.fc1.bias`, { dtype: "F32", shape: [3], data: new Float32Array(3) }),
    ],
    [
      "no longer tied",
      "lm_head.weight by 1",
      (tensors: Map<string, TensorData>) => {
        const { shape, data } = tensors.get("lm_head.weight") as TensorData & { data: Float32Array };
        tensors.set("lm_head.weight", {
          dtype: "F32",
          shape,
          data: Float32Array.from(data, (value) => (value > 0 ? value + 1 : value)),
        });
      },
    ],
  ])("names tensors that are %s, and leaves nothing behind", async (_, words, change) => {
    const path = await changed(change);
    await expect(converted(path, join(folder, "refused"), heads)).rejects.toThrow(words);
    expect((await readdir(folder)).filter((name) => name.includes("refused"))).toEqual([]);
  });

  it("says when a setting contradicts the file", async () => {
    const path = checkpoint("bart-vlpet-large/LAST.pth");
    await expect(converted(path, join(folder, "refused"), [...heads, "pet.rank=4"])).rejects.toThrow(
      "of another shape (encoder.layers.0.attn_adapter_multihead_down.0.weight",
    );
    await expect(converted(path, join(folder, "refused"), ["backbone.heads=3"])).rejects.toThrow("heads");
  });
});
