import { describe, expect, it } from "vitest";
import { fillFromHybrid } from "./hybrid.ts";

/** The numbers that `bytes` code. */
function decoded(count: number, bitWidth: number, bytes: readonly number[]): number[] {
  const out = new Uint32Array(count);
  fillFromHybrid(out, Uint8Array.from(bytes), bitWidth);
  return [...out];
}

/** Numbers of `bitWidth` bits, the lowest bit first, eight numbers a group. */
function packed(numbers: readonly number[], bitWidth: number): number[] {
  const groups = Math.ceil(numbers.length / 8);
  const bits = numbers.flatMap((number) =>
    Array.from({ length: bitWidth }, (_, bit) => (number >>> bit) & 1),
  );
  const bytes = Array.from({ length: groups * bitWidth }, (_, byte) =>
    bits.slice(byte * 8, byte * 8 + 8).reduce((sum, bit, place) => sum + bit * 2 ** place, 0),
  );
  return [(groups << 1) | 1, ...bytes];
}

describe("fillFromHybrid", () => {
  it("repeats a number of any width", () => {
    expect(decoded(5, 1, [5 << 1, 1])).toEqual([1, 1, 1, 1, 1]);
    expect(decoded(2, 17, [2 << 1, 0x21, 0x43, 0x01])).toEqual([0x14321, 0x14321]);
    expect(decoded(300, 3, [0xd8, 0x04, 6])).toEqual(Array.from({ length: 300 }, () => 6)); // 300 = 0b10_0101100
  });

  it.each([1, 2, 3, 7, 8, 9, 13, 16, 17, 24])("unpacks numbers of %i bits", (bitWidth) => {
    const numbers = Array.from({ length: 19 }, (_, i) => (i * 2_654_435_761) % 2 ** bitWidth);
    expect(decoded(19, bitWidth, packed(numbers, bitWidth))).toEqual(numbers);
  });

  it("takes run after run, and stops when it has enough", () => {
    const bytes = [3 << 1, 2, ...packed([0, 1, 2, 3, 3, 2, 1, 0], 2), 60 << 1, 1];
    expect(decoded(13, 2, bytes)).toEqual([2, 2, 2, 0, 1, 2, 3, 3, 2, 1, 0, 1, 1]);
    expect(decoded(0, 2, [])).toEqual([]);
  });

  it("refuses what ends too early or makes no sense", () => {
    expect(() => decoded(1, 2, [])).toThrow("runs end too early");
    expect(() => decoded(9, 2, [8 << 1, 1])).toThrow("runs end too early");
    expect(() => decoded(8, 2, [3, 1])).toThrow("packed numbers end too early");
    expect(() => decoded(1, 2, [0, 1])).toThrow("an empty run");
    expect(() => decoded(1, 25, [2, 0, 0, 0, 0])).toThrow("numbers of 25 bits");
  });
});
