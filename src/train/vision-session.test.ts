import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clipFormula, formulaImages } from "../../scripts/parity/clip-formula.ts";
import { object, savedScript } from "../../test/files/torch-script.ts";
import { rebuilt, stored } from "../../test/files/torch-save.ts";
import { VISION_CASES } from "../../test/contract/vision-cases.ts";
import { narrowFloat16, widenFloat16 } from "../data/float16.ts";
import { writePytorch, writeSafetensors, type TensorData } from "../files/index.ts";
import type { VisionConfig, VisionOutput } from "../vision/index.ts";
import { visionParameters, visionSession } from "./vision-session.ts";

type Tensors = ReadonlyMap<string, Extract<TensorData, { dtype: "F32" }>>;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vision-"));
});
afterAll(() => rm(folder, { recursive: true }));

const RESNET = VISION_CASES["clip-resnet"].config;
const VIT = VISION_CASES["clip-vit"].config;

/** All tensors of an encoder; halves, so that every format holds the same numbers. */
function tensorsOf(config: VisionConfig): Tensors {
  const parameters = visionParameters(config, "pooled");
  return new Map(
    parameters.map(({ path, shape }) => {
      const data = widenFloat16(narrowFloat16(clipFormula(path, shape)));
      return [path, { dtype: "F32", shape, data }];
    }),
  );
}

async function encoded(file: string, output: VisionOutput = "pooled"): Promise<Float32Array> {
  const session = await visionSession({ file, output, threads: 1 });
  try {
    const rows = await session.encode(formulaImages(2, session.imageSize));
    expect(rows).toHaveLength(2 * session.shape.rows * session.shape.width);
    return rows;
  } finally {
    await session.close();
  }
}

async function safetensors(name: string, tensors: Iterable<readonly [string, TensorData]>): Promise<string> {
  const file = join(folder, name);
  await writeSafetensors(file, tensors);
  return file;
}

/** A program whose modules are the parts of the tensors' names, with halves as storages. */
function script(tensors: Tensors): Buffer {
  const storages: string[] = [];
  const build = (
    entries: readonly (readonly [string, { shape: readonly number[]; data: Float32Array }])[],
  ): string => {
    const parts = new Map<string, (typeof entries)[number][]>();
    for (const [name, tensor] of entries) {
      const [first = "", ...rest] = name.split(".");
      parts.set(first, [...(parts.get(first) ?? []), [rest.join("."), tensor]]);
    }
    const attributes = [...parts].map(([name, inside]): [string, string] => {
      const [only] = inside;
      return [name, only?.[0] === "" ? half(only[1]) : build(inside)];
    });
    return object("Module", Object.fromEntries(attributes));
  };
  const half = ({ shape, data }: { shape: readonly number[]; data: Float32Array }): string => {
    const key = String(storages.push(Buffer.from(narrowFloat16(data).buffer).toString("latin1")) - 1);
    const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    return rebuilt(stored("HalfStorage", key, data.length), 0, shape, stride);
  };
  return savedScript(build([...tensors]), storages);
}

/** The name of a tensor of a transformer in Hugging Face's CLIP. */
function huggingFaceName(name: string): string {
  return name
    .replace("visual.conv1", "vision_model.embeddings.patch_embedding")
    .replace("visual.class_embedding", "vision_model.embeddings.class_embedding")
    .replace("visual.positional_embedding", "vision_model.embeddings.position_embedding.weight")
    .replace("visual.ln_pre", "vision_model.pre_layrnorm")
    .replace("visual.ln_post", "vision_model.post_layernorm")
    .replace("visual.transformer.resblocks", "vision_model.encoder.layers")
    .replace(".attn.", ".self_attn.")
    .replace(".ln_", ".layer_norm")
    .replace("c_fc", "fc1")
    .replace("c_proj", "fc2");
}

function huggingFace(tensors: Tensors): [string, TensorData][] {
  return [...tensors].flatMap(([name, { shape, data }]): [string, TensorData][] => {
    const [rows = 0, columns = 0] = shape;
    if (name === "visual.proj") {
      const turned = Float32Array.from(
        data,
        (_, i) => data[(i % rows) * columns + Math.floor(i / rows)] ?? 0,
      );
      return [["visual_projection.weight", { dtype: "F32", shape: [columns, rows], data: turned }]];
    }
    const [, at, kind] = /^(.*)in_proj_(\w+)$/.exec(name) ?? [];
    if (at === undefined || kind === undefined)
      return [[huggingFaceName(name), { dtype: "F32", shape, data }]];
    return ["q", "k", "v"].map((letter, i) => {
      const part = data.slice((i * data.length) / 3, ((i + 1) * data.length) / 3);
      const own = [rows / 3, ...shape.slice(1)];
      return [`${huggingFaceName(at)}${letter}_proj.${kind}`, { dtype: "F32", shape: own, data: part }];
    });
  });
}

describe("visionSession", () => {
  it("reads a ResNet from safetensors, a state dict and a TorchScript program alike", async () => {
    const tensors = tensorsOf(RESNET);
    const rows = await encoded(await safetensors("resnet.safetensors", tensors));
    const state = join(folder, "resnet.pth");
    await writePytorch(
      state,
      [...tensors].map(([name, tensor]) => [`module.${name}`, tensor]),
    );
    expect(await encoded(state)).toEqual(rows);
    const program = join(folder, "resnet.pt");
    await writeFile(program, script(tensors));
    expect(await encoded(program)).toEqual(rows);
  });

  it("reads a transformer under OpenAI's and Hugging Face's names alike", async () => {
    const tensors = tensorsOf(VIT);
    const rows = await encoded(await safetensors("openai.safetensors", tensors));
    const other = await safetensors("hugging-face.safetensors", huggingFace(tensors));
    expect(await encoded(other)).toEqual(rows);
    const bare = [...tensors].map(([name, tensor]) => [name.replace("visual.", ""), tensor] as const);
    expect(await encoded(await safetensors("bare.safetensors", bare))).toEqual(rows);
  });

  it("finds the sizes in the shapes", async () => {
    for (const config of [RESNET, VIT]) {
      const file = await safetensors("sizes.safetensors", tensorsOf(config));
      const session = await visionSession({
        file,
        output: "grid",
        imageSize: config.imageSize,
        positions: "zero",
      });
      expect(session.config).toEqual({ ...config, positions: "zero" });
      await session.close();
    }
  });

  it("gives the grid of a trunk that ends before the pool, but no pooled row", async () => {
    const trunk = [...tensorsOf(RESNET)].filter(([name]) => !name.includes("attnpool"));
    const file = await safetensors("trunk.safetensors", trunk);
    const grid = await visionSession({ file, output: "grid", imageSize: 64 });
    expect(grid.shape).toEqual({ rows: 4, width: 128 });
    await grid.close();
    await expect(visionSession({ file, output: "pooled" })).rejects.toThrow('no output "pooled"');
  });

  it("names what a damaged file lacks", async () => {
    const tensors = tensorsOf(RESNET);
    const without = [...tensors].filter(([name]) => name !== "visual.layer2.0.bn1.running_mean");
    const file = await safetensors("less.safetensors", without);
    await expect(encoded(file)).rejects.toThrow("visual.layer2.0.bn1.running_mean: [8], but missing");
    const misshaped = new Map<string, TensorData>(tensors).set("visual.bn3.bias", {
      dtype: "F32",
      shape: [3],
      data: new Float32Array(3),
    });
    await expect(encoded(await safetensors("other.safetensors", misshaped))).rejects.toThrow(
      "visual.bn3.bias: [4], but [3]",
    );
  });

  it("refuses files of something else, and encoders of impossible sizes", async () => {
    const weight: TensorData = { dtype: "F32", shape: [2, 2], data: new Float32Array(4) };
    const text = await safetensors("text.safetensors", [["encoder.layers.0.fc1.weight", weight]]);
    await expect(encoded(text)).rejects.toThrow("holds no image encoder that is known here");
    const stages = [...tensorsOf(RESNET)].filter(([name]) => !name.includes("layer3"));
    const three = await safetensors("three.safetensors", stages);
    await expect(encoded(three)).rejects.toThrow("no image encoder that can be computed here");
  });
});
