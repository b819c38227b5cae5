import { VlPetError } from "../error.ts";
import { originalKeys } from "../files/original-names.ts";
import { asFloat32, type TensorFile } from "../files/index.ts";
import { initialValues, type Parameter } from "../nn/index.ts";

/** A file of weights, and the keys under which it holds a parameter (several are stacked along the first axis). */
export interface WeightSource {
  readonly file: TensorFile;
  keys(parameter: Parameter): readonly string[];
  /** Whether the file holds this matrix the other way round; never, where it is not given. */
  isTransposed?(parameter: Parameter): boolean;
}

/** Where a parameter's numbers are. */
export interface FoundKeys {
  readonly source: WeightSource;
  readonly keys: readonly string[];
}

/** A file with everything that has a name in Hugging Face's or the original's format. */
export function namedSource(file: TensorFile, tasks: readonly string[]): WeightSource {
  return { file, keys: (parameter) => originalKeys(parameter, (key) => file.tensors.has(key), tasks) };
}

/** A backbone's file: weights of a method or of an image encoder are never taken from it. */
export function backboneSource(file: TensorFile): WeightSource {
  const named = namedSource(file, []);
  return { file, keys: (parameter) => (isOfBackbone(parameter) ? named.keys(parameter) : []) };
}

function isOfBackbone({ traits: { owner, part } }: Parameter): boolean {
  return owner === "backbone" && part !== "vision";
}

/** The first source that has a parameter; null when it starts fresh. */
export function foundKeys(sources: readonly WeightSource[], parameter: Parameter): FoundKeys | null {
  for (const source of sources) {
    const keys = source.keys(parameter);
    if (keys.length > 0) return { source, keys };
  }
  return null;
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Whether a parameter's numbers lie in the file in another order. */
export function isTransposed({ source }: FoundKeys, parameter: Parameter): boolean {
  return source.isTransposed?.(parameter) ?? false;
}

/** Columns of a matrix [O, I] one after another. */
function transposed(data: Float32Array, [rows = 0, columns = 0]: readonly number[]): Float32Array {
  return Float32Array.from(data, (_, i) => data[(i % rows) * columns + Math.floor(i / rows)] ?? Number.NaN);
}

/** Whether a parameter may continue a shorter tensor: tables with fresh rows, the bias of the LM head with zeros. */
function mayGrow(
  { shape, traits: { owner, of, role } }: Parameter,
  [part = []]: readonly (readonly number[])[],
) {
  if (role === "buffer") return elementsOf(part) < elementsOf(shape);
  const isTable = owner === "backbone" && of === "embedding" && role === "weight";
  return isTable && (part[0] ?? 0) < (shape[0] ?? 0);
}

function requireShape(
  parameter: Parameter,
  file: string,
  found: FoundKeys,
  shapes: readonly (readonly number[])[],
) {
  const [rows = 1, ...rest] = parameter.shape;
  const isStackable = shapes.every((shape) => shape.slice(1).join() === rest.join());
  const isWhole = isStackable && shapes.reduce((sum, [count = 1]) => sum + count, 0) === rows;
  const isShort = shapes.length === 1 && mayGrow(parameter, shapes);
  if (isWhole || (isShort && (isStackable || parameter.traits.role === "buffer"))) return;
  throw new VlPetError("checkpoint", "a tensor has another shape than the model's parameter", {
    where: `${file}: ${found.keys.join(", ")}`,
    expected: `[${parameter.shape.join(", ")}] for ${parameter.path}`,
    received: shapes.map((shape) => `[${shape.join(", ")}]`).join(" + "),
    fix: "use the configuration with which this file was made: sizes of the backbone, ranks and granularity",
  });
}

/**
 * A parameter's numbers: as found, stacked, a shorter table continued with fresh rows; its initial values where it was
 * not found. Throws kind "checkpoint" on a misshaped tensor.
 */
export async function parameterValues(
  parameter: Parameter,
  found: FoundKeys | null,
  seed: number,
): Promise<Float32Array> {
  if (found === null) return initialValues(parameter, seed);
  const { file } = found.source;
  const turned = isTransposed(found, parameter);
  const stored = found.keys.map((key) => file.tensors.get(key)?.shape ?? []);
  const shapes = turned ? stored.map((shape) => shape.toReversed()) : stored;
  requireShape(parameter, file.file, found, shapes);
  const isWhole = shapes.reduce((sum, shape) => sum + elementsOf(shape), 0) === elementsOf(parameter.shape);
  const values = isWhole ? new Float32Array(elementsOf(parameter.shape)) : initialValues(parameter, seed);
  let offset = 0;
  for (const key of found.keys) {
    const data = asFloat32(await file.read(key));
    values.set(turned ? transposed(data, file.tensors.get(key)?.shape ?? []) : data, offset);
    offset += data.length;
  }
  return values;
}
