import { VlPetError } from "../error.ts";
import { bareSymbol, evaluateSize, sizeText, shapeText, type DType, type Shape } from "../graph/index.ts";

/** Run-time values of symbolic sizes. */
export type Bindings = ReadonlyMap<string, number>;

interface Fed {
  readonly input: { readonly name: string; readonly dtype: DType; readonly shape: Shape };
  readonly tensor: { readonly type: string; readonly dims: readonly number[] };
}

/**
 * Reads the symbols' values off the dimensions of fed tensors. Throws kind "session" when a tensor does not fit its
 * input, or two tensors give a symbol different values: onnxruntime would broadcast where it can, without a word.
 */
export function bindings(fed: readonly Fed[]): Bindings {
  const found = new Map<string, number>();
  for (const { input, tensor } of fed) {
    input.shape.forEach((size, axis) => {
      const name = bareSymbol(size);
      const value = tensor.dims[axis];
      if (name !== null && value !== undefined && !found.has(name)) found.set(name, value);
    });
  }
  for (const { input, tensor } of fed) {
    if (fits(input.shape, tensor.dims, found) && tensor.type === input.dtype) continue;
    throw new VlPetError("session", "the fed tensor does not fit the input", {
      where: input.name,
      expected: `${input.dtype}${shapeText(input.shape)}${boundText(input.shape, found)}`,
      received: `${tensor.type}[${tensor.dims.join(", ")}]`,
    });
  }
  return found;
}

function fits(shape: Shape, dims: readonly number[], found: Bindings): boolean {
  const expected = shape.map((size) => evaluateSize(size, found));
  return dims.length === shape.length && expected.every((size, axis) => size === null || size === dims[axis]);
}

/** `, which is [2, 4]` for shapes with symbols. */
function boundText(shape: Shape, found: Bindings): string {
  if (shape.every((size) => typeof size === "number")) return "";
  return `, which is [${shape.map((size) => evaluateSize(size, found) ?? sizeText(size)).join(", ")}] in this run`;
}

/** A shape as numbers; null when one of its symbols has no value. */
export function boundShape(shape: Shape, found: Bindings): readonly number[] | null {
  const dims = shape.map((size) => evaluateSize(size, found));
  return dims.every((size) => size !== null) ? dims : null;
}
