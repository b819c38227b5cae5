import { KERNEL_VALUES, KERNEL_WORDS, widenKernel } from "./widen-kernel.ts";

/** The value of one IEEE 754 binary16 word. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The greatest finite value. */
export const LARGEST_FLOAT16 = 65504;

/** Widens IEEE half precision words to float32; exact, subnormals, infinities and NaN included. */
export function widenFloat16(words: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(words.length);
  widenFloat16Into(words, out, 0);
  return out;
}

/** Widens `words` to `out` from index `at`. Gives whether all of them are finite. */
export function widenFloat16Into(words: Uint16Array, out: Float32Array, at: number): boolean {
  const kernel = widenKernel();
  let areFinite = true;
  for (let first = 0; first < words.length; first += KERNEL_WORDS) {
    const count = Math.min(KERNEL_WORDS, words.length - first);
    kernel.words.set(words.subarray(first, first + count));
    areFinite = widenKernelWords(count, out, at + first) && areFinite;
  }
  return areFinite;
}

/**
 * Widens the first `count` words that lie in the kernel to `out` from index `at`, for readers that put them there
 * without a copy. Gives whether all of them are finite.
 */
export function widenKernelWords(count: number, out: Float32Array, at: number): boolean {
  const { words, values, widen } = widenKernel();
  words.fill(0, count, Math.min(KERNEL_WORDS, count + 7)); // the kernel goes on to a multiple of 8
  let areFinite = true;
  for (let first = 0; first < count; first += KERNEL_VALUES) {
    const block = Math.min(KERNEL_VALUES, count - first);
    if (widen(first, (block + 7) & ~7)) {
      out.set(block === KERNEL_VALUES ? values : values.subarray(0, block), at + first);
    } else {
      areFinite = false;
      for (let i = 0; i < block; i++) out[at + first + i] = float16Value(words[first + i] ?? 0);
    }
  }
  return areFinite;
}

/** The index of the first infinity or NaN, or -1. */
export function firstNonFiniteWord(words: Uint16Array): number {
  for (let i = 0; i < words.length; i++) if (((words[i] ?? 0) & 0x7c00) === 0x7c00) return i;
  return -1;
}

/**
 * Rounds float32 values to half precision words: to the nearest, to even between two. What is too large becomes an
 * infinity; NaN stays NaN.
 */
export function narrowFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const words = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) words[i] = narrowedBits(bits[i] ?? 0);
  return words;
}

const FIRST_INFINITE = 0x477ff000; // 65520 lies between 65504 and 2^16, and even is above
const FIRST_NORMAL = 0x38800000; // 2^-14
const INFINITY_BITS = 0x7f800000;
const REBIAS = 112 << 10;

/** One value, by its float32 bits. */
function narrowedBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= FIRST_INFINITE) return magnitude > INFINITY_BITS ? sign | 0x7e00 : sign | 0x7c00;
  if (magnitude >= FIRST_NORMAL) {
    const halfway = 0xfff + ((magnitude >> 13) & 1);
    return sign | (((magnitude + halfway) >> 13) - REBIAS);
  }
  return sign | subnormalFraction(magnitude);
}

/** The multiple of 2^-24 that is nearest to a float32 below 2^-14, given by its bits. */
function subnormalFraction(magnitude: number): number {
  const exponent = magnitude >> 23;
  if (exponent < 102) return 0; // below 2^-25
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - exponent; // 14 … 24
  const lowest = (fraction >> shift) & 1;
  return (fraction + (1 << (shift - 1)) - 1 + lowest) >> shift;
}
