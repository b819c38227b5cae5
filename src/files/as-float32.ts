import { VlPetError } from "../error.ts";
import type { TensorData } from "./tensor-data.ts";

/**
 * The values of a floating-point tensor as float32. F16 and BF16 are widened exactly (infinities, subnormals and NaN
 * payloads included), F64 is rounded to nearest. An F32 tensor's own array is returned, not a copy.
 * Throws kind "checkpoint" for integer, boolean and 8-bit float tensors.
 */
export function asFloat32(tensor: TensorData): Float32Array<ArrayBuffer> {
  if (tensor.dtype === "F32") return tensor.data;
  if (tensor.dtype === "F64") return Float32Array.from(tensor.data);
  if (tensor.dtype === "F16") return widened(tensor.data, (half) => HALF[half] ?? 0);
  if (tensor.dtype === "BF16") return widened(tensor.data, (half) => half << 16);
  throw new VlPetError("checkpoint", "tensor does not hold floating-point values", {
    expected: "F32, F64, F16 or BF16",
    received: tensor.dtype,
    fix: "read its data as it is, or store it in a floating-point dtype",
  });
}

function widened(halves: Uint16Array, bits: (half: number) => number): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = bits(halves[i] ?? 0);
  return new Float32Array(words.buffer);
}

/** Float32 bit pattern of every float16 bit pattern (IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits). */
const HALF = Uint32Array.from({ length: 65536 }, (_, half) => {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent === 0) return sign | bitsOf(fraction * 2 ** -24);
  return sign | ((exponent + 127 - 15) << 23) | (fraction << 13);
});

function bitsOf(value: number): number {
  return new Uint32Array(new Float32Array([value]).buffer)[0] ?? 0;
}
