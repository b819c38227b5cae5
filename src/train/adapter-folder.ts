import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { VlPetError } from "../error.ts";
import { openTensors } from "../files/index.ts";
import {
  openSafetensors,
  writeSafetensors,
  type SafetensorsFile,
  type TensorData,
} from "../files/safetensors.ts";
import type { Parameter } from "../nn/index.ts";
import type { ModelConfig } from "./model.ts";

/** What `adapter_config.json` says: enough to build the model again, and to recognise its backbone. */
export interface AdapterConfig {
  readonly format: "vl-pet-adapter/1";
  readonly model: ModelConfig;
  /** Visual tokens of an image after pooling; null = no pooling. */
  readonly regions: number | null;
  /** Visual tokens of a clip; absent where the weights come from elsewhere. */
  readonly frames?: number;
  readonly seed: number;
  /** Fingerprint of the backbone's weights file; null when it started fresh from the seed. */
  readonly backboneFingerprint: string | null;
  /** Fingerprint of the image encoder's weights file, for a model that has one. */
  readonly imageEncoderFingerprint?: string;
  readonly prompts: Readonly<Record<string, string>>;
}

export const ADAPTER_CONFIG = "adapter_config.json";
export const ADAPTER_WEIGHTS = "adapter_model.safetensors";

/** Values as safetensors entries, in the order of their parameters; those without a value are left out. */
export function float32Entries(
  parameters: readonly Parameter[],
  values: ReadonlyMap<string, Float32Array>,
  nameOf: (path: string) => string = (path) => path,
): [string, TensorData][] {
  return parameters.flatMap(({ path, shape }) => {
    const data = values.get(path);
    return data === undefined ? [] : [[nameOf(path), { dtype: "F32", shape, data: Float32Array.from(data) }]];
  });
}

/** Writes the trained part of a model and what it belongs to. */
export async function writeAdapter(
  folder: string,
  config: AdapterConfig,
  parameters: readonly Parameter[],
  values: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeSafetensors(join(folder, ADAPTER_WEIGHTS), float32Entries(parameters, values), { format: "pt" });
  await writeJson(join(folder, ADAPTER_CONFIG), config);
}

/** Writes JSON under a temporary name, then renames it. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const temporary = `${file}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`);
  await rename(temporary, file);
}

/** Fills a folder under a temporary name and renames it, so that it is either whole or absent, also when `fill` throws. */
export async function writeFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(folder), `.${basename(folder)}.tmp`);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  await rm(folder, { recursive: true, force: true });
  await rename(temporary, folder);
}

/** Reads `adapter_config.json`. Throws kind "checkpoint" when it is not one. */
export async function readAdapterConfig(folder: string): Promise<AdapterConfig> {
  const file = join(folder, ADAPTER_CONFIG);
  let config: unknown;
  try {
    config = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new VlPetError("checkpoint", "there is no readable adapter here", {
      where: file,
      fix: "give the folder that holds adapter_config.json, e.g. RUN/adapter",
      cause,
    });
  }
  if ((config as Partial<AdapterConfig> | null)?.format !== "vl-pet-adapter/1") {
    throw new VlPetError("checkpoint", "this adapter was not written by vl-pet", {
      where: file,
      expected: '"format": "vl-pet-adapter/1"',
      received: JSON.stringify((config as Partial<AdapterConfig> | null)?.format ?? null),
    });
  }
  return config as AdapterConfig;
}

/**
 * Reads trained values. Throws kind "checkpoint" when tensors are missing, extra or of another shape: the file belongs
 * to another backbone or method then.
 */
export async function readTrained(
  file: string,
  parameters: readonly Parameter[],
  nameOf: (path: string) => string = (path) => path,
): Promise<ReadonlyMap<string, Float32Array>> {
  const tensors = await openSafetensors(file);
  try {
    return await trainedValues(tensors, parameters, nameOf);
  } finally {
    await tensors.close();
  }
}

function listed(what: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const shown = names.slice(0, 3).join(", ");
  return `${names.length} ${what} (${shown}${names.length > 3 ? ", …" : ""})`;
}

async function trainedValues(
  tensors: SafetensorsFile,
  parameters: readonly Parameter[],
  nameOf: (path: string) => string,
) {
  const wanted = new Map(parameters.map(({ path, shape }) => [nameOf(path), shape.join()]));
  const missing = [...wanted].filter(([name]) => !tensors.tensors.has(name)).map(([name]) => name);
  const extra = [...tensors.tensors.keys()].filter((name) => !wanted.has(name));
  const misshaped = [...tensors.tensors].filter(
    ([name, { shape }]) => wanted.has(name) && wanted.get(name) !== shape.join(),
  );
  if (missing.length + extra.length + misshaped.length > 0) {
    const all = [
      listed("missing", missing),
      listed("extra", extra),
      listed(
        "of another shape",
        misshaped.map(([name]) => name),
      ),
    ];
    throw new VlPetError("checkpoint", "the tensors do not belong to this model", {
      where: tensors.file,
      expected: `the ${wanted.size} trained tensors of the configured backbone and method`,
      received: all.filter((text) => text !== "").join("; "),
      fix: "use the backbone and method with which this file was made (see its adapter_config.json)",
    });
  }
  const values = new Map<string, Float32Array>();
  for (const { path } of parameters) {
    const tensor = await tensors.read(nameOf(path));
    if (tensor.dtype !== "F32") {
      throw new VlPetError("checkpoint", "a trained tensor is not float32", {
        where: `${tensors.file}: ${nameOf(path)}`,
        received: tensor.dtype,
      });
    }
    values.set(path, tensor.data);
  }
  return values;
}

/** A short hash of a weights file: the names, types, shapes and bytes of its tensors, in the order of their names. */
export async function weightsFingerprint(file: string): Promise<string> {
  const tensors = await openTensors(file);
  try {
    const hash = createHash("sha256");
    for (const [name, { dtype, shape }] of [...tensors.tensors].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(`${name} ${dtype} ${shape.join()}\n`);
      const { data } = await tensors.read(name);
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    return hash.digest("hex").slice(0, 32);
  } finally {
    await tensors.close();
  }
}
