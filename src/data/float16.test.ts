import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.ts";
import {
  firstNonFiniteWord,
  float16Value,
  LARGEST_FLOAT16,
  narrowFloat16,
  widenFloat16,
  widenFloat16Into,
} from "./float16.ts";
import { KERNEL_VALUES, KERNEL_WORDS } from "./widen-kernel.ts";

const EVERY_WORD = Uint16Array.from({ length: 65536 }, (_, bits) => bits);

/** Random words, all finite. */
function finiteWords(length: number): Uint16Array {
  const random = new RandomStream(3, "words");
  return Uint16Array.from({ length }, () => random.integer(0x7c00) | (random.integer(2) << 15));
}

/** The first index where two arrays differ, or -1; a hundred times as fast as comparing them with toEqual. */
function firstDifference(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (received.length !== expected.length) return Math.min(received.length, expected.length);
  for (let i = 0; i < expected.length; i++) if (!Object.is(received[i], expected[i])) return i;
  return -1;
}

describe("widenFloat16", () => {
  it("gives the values that IEEE 754 assigns to the words", () => {
    const words = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x2e66, 0x0000);
    const expected = [1, -2, LARGEST_FLOAT16, 2 ** -14, 2 ** -24, 0.0999755859375, 0];
    expect([...widenFloat16(words)]).toEqual(expected);
  });

  it("keeps infinities, NaN and the sign of zero", () => {
    const [plus, minus, nan, zero] = widenFloat16(Uint16Array.of(0x7c00, 0xfc00, 0x7e01, 0x8000));
    expect([plus, minus, nan, zero]).toEqual([Infinity, -Infinity, NaN, -0]);
  });

  it("is right for every word there is, with and without infinities in the block", () => {
    const expected = Float32Array.from(EVERY_WORD, float16Value);
    expect(firstDifference(widenFloat16(EVERY_WORD), expected)).toBe(-1);
    const finite = EVERY_WORD.filter((word) => (word & 0x7c00) !== 0x7c00);
    expect(firstDifference(widenFloat16(finite), Float32Array.from(finite, float16Value))).toBe(-1);
  });

  it.each([0, 1, 7, 8, 9, KERNEL_VALUES - 1, KERNEL_VALUES + 3, KERNEL_WORDS, 2 * KERNEL_WORDS + 5])(
    "is right for %i words, whatever was widened before",
    (length) => {
      widenFloat16(new Uint16Array(KERNEL_WORDS).fill(0x7e00));
      const words = finiteWords(length);
      const out = new Float32Array(length + 2).fill(9);
      expect(widenFloat16Into(words, out, 1)).toBe(true);
      expect([out[0], out.at(-1)]).toEqual([9, 9]);
      const inside = out.subarray(1, length + 1);
      expect(firstDifference(inside, Float32Array.from(words, float16Value))).toBe(-1);
    },
  );

  it("says whether a word is an infinity or NaN, wherever it stands", () => {
    const words = finiteWords(KERNEL_WORDS + 20);
    const out = new Float32Array(words.length);
    for (const place of [0, KERNEL_VALUES + 1, KERNEL_WORDS - 1, words.length - 1]) {
      for (const bad of [0x7c00, 0xfc00, 0x7e00, 0xfc01]) {
        const spoiled = words.with(place, bad);
        expect(widenFloat16Into(spoiled, out, 0)).toBe(false);
        expect(firstNonFiniteWord(spoiled)).toBe(place);
        expect(firstDifference(out, Float32Array.from(spoiled, float16Value))).toBe(-1);
      }
    }
    expect(firstNonFiniteWord(words)).toBe(-1);
  });

  it("grows with the word over all finite positive values", () => {
    for (let bits = 1; bits < 0x7c00; bits++)
      expect(float16Value(bits)).toBeGreaterThan(float16Value(bits - 1));
  });
});

describe("narrowFloat16", () => {
  it("gives back every word that was widened, NaN as some NaN", () => {
    const numbers = EVERY_WORD.filter((word) => (word & 0x7fff) <= 0x7c00);
    expect(firstDifference(narrowFloat16(widenFloat16(numbers)), numbers)).toBe(-1);
    const back = narrowFloat16(widenFloat16(Uint16Array.of(0x7c01, 0xffff)));
    expect([...back].map((word) => word & 0x7fff)).toEqual([0x7e00, 0x7e00]);
  });

  it("rounds to the nearest word and to an even one from the middle, up to the last finite value", () => {
    const words: number[] = [];
    const values: number[] = [];
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [float16Value(bits), float16Value(bits + 1)];
      const middle = (low + high) / 2; // exact in float32: it has one more bit than a half
      values.push(middle, nextFloat32(middle, -1), nextFloat32(middle, 1), -middle);
      const even = bits % 2 === 0 ? bits : bits + 1;
      words.push(even, bits, bits + 1, even | 0x8000);
    }
    expect(firstDifference(narrowFloat16(Float32Array.from(values)), words)).toBe(-1);
  });

  it("makes infinities of what is too large, and zeros of what is too small", () => {
    const values = Float32Array.of(65519.99, 65520, -65520, 3e38, Infinity, 2 ** -25, 1.5 * 2 ** -25, -1e-30);
    const words = [0x7bff, 0x7c00, 0xfc00, 0x7c00, 0x7c00, 0, 1, 0x8000];
    expect([...narrowFloat16(values)]).toEqual(words);
  });
});

/** The float32 next to a positive one, above (+1) or below (-1). */
function nextFloat32(value: number, step: 1 | -1): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  return new Float32Array(Uint32Array.of((bits[0] ?? 0) + step).buffer)[0] ?? 0;
}
