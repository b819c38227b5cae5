import { VlPetError } from "../error.ts";
import { sameSize, shapeText, type Shape, type Size, type Tensor } from "../graph/index.ts";

/** A shape error that names the op. */
export function shapeError(op: string, expected: string, ...tensors: readonly Tensor[]): VlPetError {
  const received = tensors.map((t) => `${t.name} ${t.dtype}${shapeText(t.shape)}`).join(", ");
  return new VlPetError("shape", `${op} got tensors that do not fit`, { expected, received });
}

/** Throws kind "shape" unless all tensors hold float32. */
export function requireFloat32(op: string, ...tensors: readonly Tensor[]): void {
  if (tensors.some(({ dtype }) => dtype !== "float32")) throw shapeError(op, "float32 tensors", ...tensors);
}

/** The shape two operands broadcast to: axes align from the right and are equal, or one of them is 1. */
export function broadcastShape(op: string, a: Tensor, b: Tensor): Shape {
  const rank = Math.max(a.shape.length, b.shape.length);
  return Array.from({ length: rank }, (_, axis): Size => {
    const left = a.shape[axis - rank + a.shape.length] ?? 1;
    const right = b.shape[axis - rank + b.shape.length] ?? 1;
    if (left === 1 || sameSize(left, right)) return right;
    if (right === 1) return left;
    throw shapeError(op, "axes that are equal or 1, aligned from the right", a, b);
  });
}

/** The size of an axis counted from the front, or from the back when negative. */
export function axisSize(tensor: Tensor, axis: number): Size {
  const size = tensor.shape.at(axis);
  if (size === undefined) throw shapeError("axis lookup", `a tensor with axis ${axis}`, tensor);
  return size;
}

/** H and W of images. */
export type ImageSizes = readonly [rows: number, columns: number];

/** The last two of four axes, which must be plain numbers: windows slide over them. */
export function imageSizes(op: string, x: Tensor): ImageSizes {
  const [rows, columns] = [axisSize(x, -2), axisSize(x, -1)];
  if (x.shape.length === 4 && typeof rows === "number" && typeof columns === "number") return [rows, columns];
  throw shapeError(op, "four axes, the last two of fixed sizes", x);
}

/** An axis as a number from 0. */
export function axisIndex(tensor: Tensor, axis: number): number {
  return axis < 0 ? axis + tensor.shape.length : axis;
}

/** The first (often only) output of an op. */
export function single(outputs: readonly Tensor[]): Tensor {
  const [output] = outputs;
  if (output === undefined) throw new VlPetError("graph", "an op gave no output");
  return output;
}
