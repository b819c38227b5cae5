import { mkdir } from "node:fs/promises";
import { join, parse, relative, resolve } from "node:path";
import { VlPetError } from "../error.ts";
import {
  asFloat32,
  openSafetensors,
  writeSafetensors,
  type SafetensorsFile,
  type TensorData,
} from "../files/safetensors.ts";
import { initialValues, type Parameter } from "../nn/index.ts";
import type { ExternalWeight } from "../onnx/index.ts";
import type { TensorFile } from "../files/index.ts";

/** A file of weights, and the keys under which it holds a parameter (several are stacked along the first axis). */
export interface WeightSource {
  readonly file: TensorFile;
  keys(parameter: Parameter): readonly string[];
}

/** All numbers of a model: frozen ones stay in files and are mapped, trained ones are read. */
export interface ModelWeights {
  /** The folder that the locations of `frozen` are relative to. */
  readonly folder: string;
  readonly frozen: ReadonlyMap<string, ExternalWeight>;
  readonly trained: ReadonlyMap<string, Float32Array>;
  /** Parameters that no source holds and that started fresh. */
  readonly fresh: readonly string[];
}

export interface WeightRequest {
  readonly parameters: readonly Parameter[];
  readonly isTrained: (parameter: Parameter) => boolean;
  /** Searched in order. */
  readonly sources: readonly WeightSource[];
  readonly seed: number;
  /** Where frozen weights go that no file holds in mappable form. */
  readonly scratch: string;
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** A frozen weight that can be mapped where it lies: one float32 tensor of the right shape in a safetensors file. */
function mapped(parameter: Parameter, source: WeightSource, keys: readonly string[]): ExternalWeight | null {
  const [key] = keys;
  if (source.file.format !== "safetensors" || key === undefined || keys.length !== 1) return null;
  const entry = (source.file as SafetensorsFile).tensors.get(key);
  if (entry?.dtype !== "F32" || entry.shape.join() !== parameter.shape.join()) return null;
  const file = resolve(source.file.file);
  return { location: relative(parse(file).root, file), offset: entry.offset, byteLength: entry.byteLength };
}

/** A parameter's numbers from a source, stacked; a shorter embedding table is continued with fresh rows. */
async function valuesFrom(
  parameter: Parameter,
  { file }: WeightSource,
  keys: readonly string[],
  seed: number,
): Promise<Float32Array> {
  const parts = await Promise.all(keys.map(async (key) => file.read(key)));
  const width = elementsOf(parameter.shape.slice(1));
  const rows = parts.reduce((sum, { shape }) => sum + (elementsOf(shape) / width || 0), 0);
  const { owner, of, role } = parameter.traits;
  const isTable = owner === "backbone" && of === "embedding" && role === "weight";
  const grows = isTable && rows < (parameter.shape[0] ?? 0);
  const fits = parts.every(({ shape }) => shape.slice(1).join() === parameter.shape.slice(1).join());
  if (!fits || (rows !== (parameter.shape[0] ?? 1) && !grows)) {
    throw new VlPetError("checkpoint", "a tensor has another shape than the model's parameter", {
      where: `${file.file}: ${keys.join(", ")}`,
      expected: `[${parameter.shape.join(", ")}] for ${parameter.path}`,
      received: parts.map(({ shape }) => `[${shape.join(", ")}]`).join(" + "),
      fix: "use the configuration with which this file was made: sizes of the backbone, ranks and granularity",
    });
  }
  const values = grows ? initialValues(parameter, seed) : new Float32Array(elementsOf(parameter.shape));
  let offset = 0;
  for (const part of parts) {
    const data = asFloat32(part);
    values.set(data, offset);
    offset += data.length;
  }
  return values;
}

/** Finds every number of a model. Throws kind "checkpoint" on misshaped tensors. */
export async function modelWeights(request: WeightRequest): Promise<ModelWeights> {
  const frozen = new Map<string, ExternalWeight>();
  const trained = new Map<string, Float32Array>();
  const made: [Parameter, () => Promise<Float32Array>][] = [];
  const fresh: string[] = [];
  for (const parameter of request.parameters) {
    const found = firstSource(request.sources, parameter);
    if (found === null) fresh.push(parameter.path);
    const values = async (): Promise<Float32Array> =>
      found === null
        ? initialValues(parameter, request.seed)
        : valuesFrom(parameter, found.source, found.keys, request.seed);
    const external = found && mapped(parameter, found.source, found.keys);
    if (request.isTrained(parameter)) trained.set(parameter.path, await values());
    else if (external) frozen.set(parameter.path, external);
    else made.push([parameter, values]);
  }
  const folder = parse(resolve(request.scratch)).root;
  if (made.length > 0) for (const entry of await materialized(made, request.scratch)) frozen.set(...entry);
  return { folder, frozen, trained, fresh };
}

function firstSource(sources: readonly WeightSource[], parameter: Parameter) {
  for (const source of sources) {
    const keys = source.keys(parameter);
    if (keys.length > 0) return { source, keys };
  }
  return null;
}

async function materialized(
  made: readonly (readonly [Parameter, () => Promise<Float32Array>])[],
  scratch: string,
): Promise<(readonly [string, ExternalWeight])[]> {
  await mkdir(scratch, { recursive: true });
  const file = resolve(join(scratch, "frozen.safetensors"));
  const tensors: [string, TensorData][] = [];
  for (const [{ path, shape }, values] of made) {
    const data = await values();
    tensors.push([path, { dtype: "F32", shape, data: Float32Array.from(data) }]);
  }
  await writeSafetensors(file, tensors);
  const written = await openSafetensors(file);
  try {
    return [...written.tensors].map(([path, { offset, byteLength }]) => [
      path,
      { location: relative(parse(file).root, file), offset, byteLength },
    ]);
  } finally {
    await written.close();
  }
}
