import { VlPetError } from "../error.ts";
import { asFloat32, type TensorFile } from "../files/index.ts";
import { bareName } from "../files/original-form.ts";
import type { StatePiece } from "../files/original-state.ts";
import type { Parameter } from "../nn/index.ts";

/** How the tensors of a state dict compare with a model's numbers, every one of them. */
export interface ParityReport {
  /** Tensors of the state dict, tied names counted each. */
  readonly tensors: number;
  readonly numbers: number;
  /** Tensors that are the same to the last bit, as float32. */
  readonly equal: number;
  readonly differing: readonly { readonly key: string; readonly largest: number }[];
}

function listed(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [`${names.length} ${what} (${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""})`];
}

/**
 * Throws kind "checkpoint", naming the tensors, unless a file has exactly the tensors of a model's state dict in their
 * shapes. Prefixes of wrappers do not count.
 */
export function requireSameTensors(file: TensorFile, state: readonly StatePiece[]): void {
  const wanted = new Map(state.map(({ key, shape }) => [bareName(key), shape.join()]));
  const found = new Map([...file.tensors].map(([key, { shape }]) => [bareName(key), shape.join()]));
  const wrong = [
    ...listed(
      "missing",
      [...wanted.keys()].filter((name) => !found.has(name)),
    ),
    ...listed(
      "extra",
      [...found.keys()].filter((name) => !wanted.has(name)),
    ),
    ...listed(
      "of another shape",
      [...wanted].flatMap(([name, shape]) => (shape === (found.get(name) ?? shape) ? [] : [name])),
    ),
  ];
  if (wrong.length === 0) return;
  throw new VlPetError("checkpoint", "the tensors are not those of the model that they were taken for", {
    where: file.file,
    expected: `${wanted.size} tensors`,
    received: wrong.join("; "),
    fix: "correct what was recognised, with --set backbone.… or --set pet.…",
  });
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN));
    if (!Object.is(a[i], b[i]) && !(difference === 0)) largest = Math.max(largest, difference);
  }
  return largest;
}

/** Compares a file's tensors with a model's numbers. The file has the tensors of `state` (see `requireSameTensors`). */
export async function comparedState(
  file: TensorFile,
  state: readonly StatePiece[],
  read: (parameter: Parameter) => Promise<Float32Array>,
): Promise<ParityReport> {
  const keys = new Map([...file.tensors.keys()].map((key) => [bareName(key), key]));
  const differing: { key: string; largest: number }[] = [];
  let numbers = 0;
  for (const { key, parameter, shape, offset } of state) {
    const theirs = asFloat32(await file.read(keys.get(bareName(key)) ?? key));
    const size = shape.reduce((a, b) => a * b, 1);
    const largest = largestDifference((await read(parameter)).subarray(offset, offset + size), theirs);
    numbers += size;
    if (largest !== 0) differing.push({ key, largest });
  }
  return { tensors: state.length, numbers, equal: state.length - differing.length, differing };
}

/** Throws kind "checkpoint", naming the tensors, unless all were equal. */
export function requireParity(report: ParityReport, file: string): void {
  const [first] = report.differing;
  if (first === undefined) return;
  throw new VlPetError("checkpoint", "tensors differ after the round trip", {
    where: file,
    expected: "names of one tensor with the same numbers, and every tensor read as it was written",
    received: `${report.differing.length} of ${report.tensors} differ, first ${first.key} by ${first.largest}`,
    fix: "this file was not written by the original: tied names hold different numbers, or it is damaged",
  });
}
