import { VlPetError } from "../error.ts";
import { firstNonFiniteWord, narrowFloat16 } from "./float16.ts";

/** How features are stored. */
export const PRECISIONS = ["float32", "float16"] as const;
export type Precision = (typeof PRECISIONS)[number];

/**
 * Values as they are stored: float32 as they are, float16 as words.
 *
 * @throws VlPetError "data" naming `where` when a value is too large for float16.
 */
export function storedValues(
  values: Float32Array,
  precision: Precision,
  where: string,
): Float32Array | Uint16Array {
  if (precision === "float32") return values;
  const words = narrowFloat16(values);
  const first = firstNonFiniteWord(words);
  if (first === -1) return words;
  throw new VlPetError("data", "a value is too large to be stored as float16", {
    where,
    expected: "values between −65504 and 65504",
    received: `${values[first]}`,
    fix: "store float32",
  });
}
