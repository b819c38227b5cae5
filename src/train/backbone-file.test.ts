import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BackboneConfig } from "../backbones/index.ts";
import { openTensors, writePytorch, type TensorOf } from "../files/index.ts";
import { initialValues, type Parameter } from "../nn/index.ts";
import { requireWholeBackbone } from "./backbone-file.ts";
import { weightsFile } from "./hugging-face-folder.ts";
import { model, modelParameters } from "./model.ts";
import { backboneSource, foundKeys, parameterValues } from "./weight-source.ts";

const SIZES = { width: 8, heads: 2, ffnWidth: 12, encoderLayers: 1, decoderLayers: 1 };

function parametersFor(vocabulary: number): readonly Parameter[] {
  const backbone = v.parse(BackboneConfig, {
    name: "bart",
    ...SIZES,
    vocabulary,
    maxPositions: 10,
    featureWidth: 6,
  });
  return modelParameters(
    model({ backbone, pet: { name: "lora", rank: 2, alpha: 1, share: "tasks", dropRate: 0 } }, []),
  );
}

/** As a published pytorch_model.bin: no visual embedding, a smaller vocabulary, names that say nothing. */
function published(): Map<string, TensorOf<"F32">> {
  const tensors = new Map<string, TensorOf<"F32">>();
  for (const parameter of parametersFor(20)) {
    const { path, shape, traits } = parameter;
    if (traits.owner === "pet" || traits.part === "visual") continue;
    tensors.set(`model.${path}`, {
      dtype: "F32",
      shape,
      data: Float32Array.from(initialValues(parameter, 5)),
    });
  }
  const bias = Float32Array.from({ length: 20 }, (_, i) => i);
  tensors.delete("model.final_logits_bias");
  tensors.set("final_logits_bias", { dtype: "F32", shape: [1, 20], data: bias });
  const table = tensors.get("model.shared.weight");
  for (const name of ["model.encoder.embed_tokens.weight", "lm_head.weight"])
    if (table) tensors.set(name, table);
  tensors.set("model.encoder.version", { dtype: "F32", shape: [1], data: Float32Array.of(3) });
  return tensors;
}

let folder = "";
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "vl-pet-backbone-"))));
afterAll(() => rm(folder, { recursive: true }));

async function withSource(
  tensors: ReadonlyMap<string, TensorOf<"F32">>,
  use: (source: ReturnType<typeof backboneSource>) => Promise<void> | void,
): Promise<void> {
  await writePytorch(join(folder, "pytorch_model.bin"), [...tensors]);
  const file = await openTensors(weightsFile(folder));
  try {
    await use(backboneSource(file));
  } finally {
    await file.close();
  }
}

describe("a published pytorch_model.bin", () => {
  it("is a whole backbone", async () => {
    await withSource(published(), (source) => {
      expect(() => requireWholeBackbone(source, parametersFor(23))).not.toThrow();
    });
  });

  it("grows by the added tokens: fresh rows, and a bias of zero for them", async () => {
    const parameters = parametersFor(23);
    await withSource(published(), async (source) => {
      const read = (path: string): Promise<Float32Array> => {
        const parameter = parameters.find((one) => one.path === path);
        if (parameter === undefined) throw new RangeError(path);
        return parameterValues(parameter, foundKeys([source], parameter), 1);
      };
      const table = published().get("model.shared.weight")?.data;
      const rows = await read("shared.weight");
      expect(rows).toHaveLength(23 * 8);
      expect(rows.subarray(0, 20 * 8)).toEqual(table);
      expect(rows.subarray(20 * 8).every((value) => value !== 0)).toBe(true);
      expect([...(await read("final_logits_bias"))].slice(17)).toEqual([17, 18, 19, 0, 0, 0]);
    });
  });

  it.each([
    [
      "missing",
      "1 missing (decoder.layers.0.fc1.bias)",
      (all: Map<string, unknown>) => all.delete("model.decoder.layers.0.fc1.bias"),
    ],
    [
      "extra",
      "1 extra (classification_head.dense.weight)",
      (all: Map<string, unknown>) =>
        all.set("classification_head.dense.weight", { dtype: "F32", shape: [0], data: new Float32Array() }),
    ],
  ])("names tensors that are %s", async (_, words, change) => {
    const tensors = published();
    change(tensors);
    await withSource(tensors, (source) => {
      expect(() => requireWholeBackbone(source, parametersFor(23))).toThrow(words);
    });
  });

  it("must not be of another width", async () => {
    const tensors = published();
    tensors.set("model.shared.weight", { dtype: "F32", shape: [20, 4], data: new Float32Array(80) });
    const table = parametersFor(23).find(({ path }) => path === "shared.weight");
    await withSource(tensors, async (source) => {
      if (table === undefined) throw new RangeError("no table");
      await expect(parameterValues(table, foundKeys([source], table), 1)).rejects.toThrow("[20, 4]");
    });
  });
});

describe("weightsFile", () => {
  it("prefers safetensors, and says what to do about weights in pieces", async () => {
    const home = await mkdtemp(join(folder, "files-"));
    expect(() => weightsFile(home)).toThrow("model.safetensors or pytorch_model.bin");
    await writeFile(join(home, "model.safetensors.index.json"), "{}");
    expect(() => weightsFile(home)).toThrow("max_shard_size");
    await writeFile(join(home, "pytorch_model.bin"), "");
    expect(weightsFile(home)).toMatch(/pytorch_model\.bin$/);
    await writeFile(join(home, "model.safetensors"), "");
    expect(weightsFile(home)).toMatch(/model\.safetensors$/);
  });
});
