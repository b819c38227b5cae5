import { describe, expect, it } from "vitest";
import { VlPetError } from "../error.ts";
import {
  bareSymbol,
  elementCount,
  evaluateSize,
  plus,
  sameShape,
  sameSize,
  shapeText,
  sizeText,
  symbol,
  times,
} from "./size.ts";

const B = symbol("B");
const L = symbol("L");

describe("a symbolic size", () => {
  it("equals another exactly when both are the same polynomial", () => {
    expect(sameSize(times(B, plus(L, 36)), plus(times(L, B), times(36, B)))).toBe(true);
    expect(
      sameSize(times(plus(B, L), plus(B, L)), plus(plus(times(B, B), times(L, L)), times(2, B, L))),
    ).toBe(true);
    expect(sameSize(times(B, L), plus(B, L))).toBe(false);
    expect(sameSize(B, L)).toBe(false);
    expect(sameSize(times(2, B), plus(B, 2))).toBe(false);
  });

  it("is a number again when all symbols cancel", () => {
    expect(plus(plus(B, 3), times(B, -1))).toBe(3);
    expect(plus(B, times(-1, B))).toBe(0);
    expect(times(B, 0)).toBe(0);
    expect(plus(2, 3)).toBe(5);
    expect(times()).toBe(1);
  });

  it("is written with its terms in a fixed order, the number last", () => {
    expect(sizeText(plus(36, plus(L, B)))).toBe("B+L+36");
    expect(sizeText(times(L, 2, B))).toBe("2*B*L");
    expect(sizeText(plus(L, -2))).toBe("L+-2");
    expect(shapeText([B, 4, times(B, L)])).toBe("[B, 4, B*L]");
  });

  it("has a value once its symbols have one", () => {
    const size = plus(times(B, B, L), plus(times(-2, L), 7));
    const bound = new Map([
      ["B", 3],
      ["L", 5],
    ]);
    expect(evaluateSize(size, bound)).toBe(9 * 5 - 2 * 5 + 7);
    expect(evaluateSize(size, new Map([["B", 3]]))).toBeNull();
    expect(evaluateSize(4, new Map())).toBe(4);
  });

  it("is a bare symbol only without factors and summands", () => {
    expect(bareSymbol(B)).toBe("B");
    expect(bareSymbol(times(2, B))).toBeNull();
    expect(bareSymbol(times(B, L))).toBeNull();
    expect(bareSymbol(plus(B, 1))).toBeNull();
    expect(bareSymbol(4)).toBeNull();
  });

  it("needs an identifier for a name", () => {
    for (const name of ["", "B*L", "2", "B L", "B+1"]) expect(() => symbol(name)).toThrow(VlPetError);
  });
});

describe("shapes", () => {
  it("are the same axis by axis", () => {
    expect(sameShape([B, 4], [B, 4])).toBe(true);
    expect(sameShape([B, 4], [4, B])).toBe(false);
    expect(sameShape([B], [B, 1])).toBe(false);
    expect(sameShape([], [])).toBe(true);
  });

  it("count their elements", () => {
    expect(sizeText(elementCount([B, plus(L, 1), 2]))).toBe("2*B+2*B*L");
    expect(elementCount([])).toBe(1);
    expect(elementCount([3, 0, 2])).toBe(0);
  });
});
