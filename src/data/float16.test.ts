import { describe, expect, it } from "vitest";
import { float16Value, widenFloat16 } from "./float16.ts";

describe("widenFloat16", () => {
  it("gives the values that IEEE 754 assigns to the words", () => {
    const words = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x2e66, 0x0000);
    const expected = [1, -2, 65504, 2 ** -14, 2 ** -24, 0.0999755859375, 0];
    expect([...widenFloat16(words)]).toEqual(expected);
  });

  it("keeps infinities, NaN and the sign of zero", () => {
    const [plus, minus, nan, zero] = widenFloat16(Uint16Array.of(0x7c00, 0xfc00, 0x7e01, 0x8000));
    expect([plus, minus, nan, zero]).toEqual([Infinity, -Infinity, NaN, -0]);
  });

  it("grows with the word over all finite positive values", () => {
    for (let bits = 1; bits < 0x7c00; bits++)
      expect(float16Value(bits)).toBeGreaterThan(float16Value(bits - 1));
  });
});
