import { mkdir } from "node:fs/promises";
import { join, parse, relative, resolve } from "node:path";
import {
  openSafetensors,
  writeSafetensors,
  type SafetensorsFile,
  type TensorData,
} from "../files/safetensors.ts";
import type { Parameter } from "../nn/index.ts";
import type { ExternalWeight } from "../onnx/index.ts";
import {
  foundKeys,
  isTransposed,
  parameterValues,
  type FoundKeys,
  type WeightSource,
} from "./weight-source.ts";

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

/** A frozen weight that can be mapped where it lies: one float32 tensor of the right shape in a safetensors file. */
function mapped(parameter: Parameter, found: FoundKeys): ExternalWeight | null {
  const { source, keys } = found;
  const [key] = keys;
  if (source.file.format !== "safetensors" || key === undefined || keys.length !== 1) return null;
  if (isTransposed(found, parameter)) return null;
  const entry = (source.file as SafetensorsFile).tensors.get(key);
  if (entry?.dtype !== "F32" || entry.shape.join() !== parameter.shape.join()) return null;
  const file = resolve(source.file.file);
  return { location: relative(parse(file).root, file), offset: entry.offset, byteLength: entry.byteLength };
}

/** Finds every number of a model. Throws kind "checkpoint" on misshaped tensors. */
export async function modelWeights(request: WeightRequest): Promise<ModelWeights> {
  const frozen = new Map<string, ExternalWeight>();
  const trained = new Map<string, Float32Array>();
  const made: [Parameter, () => Promise<Float32Array>][] = [];
  const fresh: string[] = [];
  for (const parameter of request.parameters) {
    const found = foundKeys(request.sources, parameter);
    if (found === null) fresh.push(parameter.path);
    const values = (): Promise<Float32Array> => parameterValues(parameter, found, request.seed);
    const external = found && mapped(parameter, found);
    if (request.isTrained(parameter)) trained.set(parameter.path, await values());
    else if (external) frozen.set(parameter.path, external);
    else made.push([parameter, values]);
  }
  const folder = parse(resolve(request.scratch)).root;
  if (made.length > 0) for (const entry of await materialized(made, request.scratch)) frozen.set(...entry);
  return { folder, frozen, trained, fresh };
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
