import { describe, expect, it } from "vitest";
import { VlPetError } from "../../error.ts";
import { RandomStream } from "../../random.ts";
import type { PickleRules } from "./pickle-machine.ts";
import type { PickleValue } from "./pickle-value.ts";
import { TORCH_RULES } from "./torch-globals.ts";
import { unpickle } from "./unpickle.ts";

const RULES: PickleRules = { globals: TORCH_RULES.globals, persistent: (id) => id };

/** A pickle of the given protocol from operations written as byte values and text. */
function pickle(protocol: number, ...parts: readonly (number | string)[]): Uint8Array {
  const body = Buffer.concat(
    parts.map((part) => (typeof part === "number" ? Uint8Array.of(part) : Buffer.from(part))),
  );
  return Uint8Array.from([0x80, protocol, ...body]);
}

function value(...parts: readonly (number | string)[]): PickleValue {
  return unpickle(pickle(2, ...parts, "."), 0, RULES, "x.pth").value;
}

const tuple = (...items: PickleValue[]): PickleValue => ({ kind: "tuple", items });
const list = (...items: PickleValue[]): PickleValue => ({ kind: "list", items });

describe("unpickle reads", () => {
  it("plain values", () => {
    expect(value("N")).toBe(null);
    expect(value(0x88)).toBe(true);
    expect(value(0x89)).toBe(false);
    expect(value("J", 0xfe, 0xff, 0xff, 0xff)).toBe(-2);
    expect(value("K", 200)).toBe(200);
    expect(value("M", 0x01, 0x02)).toBe(513);
    expect(value("G", 0xc0, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18)).toBe(-Math.PI);
    expect(value("X", 3, 0, 0, 0, "a\u00e9")).toBe("a\u00e9");
    expect(value(0x8c, 1, "b")).toBe("b");
    expect(value(0x8d, 1, 0, 0, 0, 0, 0, 0, 0, "c")).toBe("c");
  });

  it("long integers, exactly", () => {
    expect(value(0x8a, 0)).toBe(0);
    expect(value(0x8a, 1, 0xff)).toBe(-1);
    expect(value(0x8a, 2, 0xff, 0x00)).toBe(255);
    expect(value(0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x80)).toBe(-(2n ** 63n));
    expect(value(0x8a, 9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00)).toBe(2n ** 64n - 1n);
  });

  it("containers, in order", () => {
    expect(value(")")).toEqual(tuple());
    expect(value("(K", 1, "K", 2, "t")).toEqual(tuple(1, 2));
    expect(value("K", 1, "K", 2, "K", 3, 0x87)).toEqual(tuple(1, 2, 3));
    expect(value("K", 1, "K", 2, 0x86)).toEqual(tuple(1, 2));
    expect(value("]K", 1, "a(K", 2, "K", 3, "e")).toEqual(list(1, 2, 3));
    const dict = value("}K", 1, "N", "s(K", 2, 0x88, "K", 1, 0x89, "u");
    expect(dict).toEqual({
      kind: "dict",
      entries: new Map<PickleValue, PickleValue>([
        [1, false],
        [2, true],
      ]),
    });
  });

  it("the memo in all its forms", () => {
    expect(value("K", 7, "q", 5, "0h", 5)).toBe(7);
    expect(value("K", 7, "r", 0, 0, 1, 0, "0j", 0, 0, 1, 0)).toBe(7);
    expect(value("K", 7, 0x94, "K", 8, 0x94, "(N1h", 0)).toBe(7);
  });

  it("an OrderedDict, without the state that BUILD gives it", () => {
    const made = value("ccollections\nOrderedDict\n)RK", 1, "K", 2, "s}X", 1, 0, 0, 0, "m", "Nsb");
    expect(made).toEqual({ kind: "dict", entries: new Map([[1, 2]]) });
  });

  it("frames and stacked globals of newer protocols, and stops where the pickle stops", () => {
    const frame = [0x95, 9, 0, 0, 0, 0, 0, 0, 0];
    const bytes = pickle(4, ...frame, 0x8c, 11, "collections", 0x8c, 11, "OrderedDict", 0x93, ")R.", "rest");
    const { value: made, end } = unpickle(bytes, 0, RULES, "x.pth");
    expect(made).toEqual({ kind: "dict", entries: new Map() });
    expect(end).toBe(bytes.length - 4);
  });
});

describe("unpickle refuses", () => {
  const cases: readonly [string, readonly (number | string)[], RegExp][] = [
    ["a global outside the list", ["cos\nsystem\n"], /run os\.system, which/u],
    ["a stacked global outside the list", [0x8c, 2, "os", 0x8c, 6, "system", 0x93], /run os\.system, which/u],
    ["a global whose name is no text", ["NN", 0x93], /name of a global/u],
    ["names of Object.prototype", ["ctoString\nx\n"], /run toString\.x/u],
    ["a call of a value", ["K", 1, ")R"], /no function/u],
    ["a call of a storage class", ["ctorch\nFloatStorage\n)R"], /no function/u],
    ["arguments that are no tuple", ["ccollections\nOrderedDict\nNR"], /no tuple/u],
    ["an OrderedDict from a list", ["ccollections\nOrderedDict\n]", 0x85, "R"], /with arguments/u],
    ["state for a tuple", [")Nb"], /no dict/u],
    ["operations that make objects", ["(ios\nsystem\n"], /0x69/u],
    ["extension codes", [0x82, 1], /0x82/u],
    ["text protocols", ["I1\n"], /0x49/u],
    ["a value under a mark", ["K", 1, "(0"], /more values than/u],
    ["an empty stack", [""], /more values than/u],
    ["a group never opened", ["t"], /did not open/u],
    ["a missing memo", ["h", 3], /memo 3/u],
    ["appending to a tuple", [")Na"], /no list/u],
    ["items for a list", ["]NNs"], /no dict/u],
    ["a key without a value", ["}(Nu"], /without a value/u],
    ["text that is not UTF-8", ["X", 1, 0, 0, 0, 0xff], /not UTF-8/u],
    ["a name without end", ["ccollections"], /ends inside a name/u],
    ["text longer than the pickle", ["X", 0xff, 0xff, 0xff, 0xff], /ends too early/u],
    ["text longer than 2^53", [0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80], /ends too early/u],
    ["a later protocol", [0x80, 6], /unknown pickle protocol/u],
  ];
  it.each(cases)("%s", (_, parts, message) => {
    let error: unknown;
    try {
      value(...parts);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(VlPetError);
    expect((error as VlPetError).kind).toBe("checkpoint");
    expect((error as VlPetError).message).toMatch(message);
    expect((error as VlPetError).message).toMatch(/^x\.pth, byte \d+ of its pickle/u);
  });

  it("something that is no pickle", () => {
    expect(() => unpickle(new TextEncoder().encode("hello"), 0, RULES, "x")).toThrow(/not a binary pickle/u);
    expect(() => unpickle(new Uint8Array(), 0, RULES, "x")).toThrow(/ends too early/u);
  });

  it("endless work: three million empty dicts", () => {
    const bytes = new Uint8Array(3_000_000).fill(0x7d);
    bytes.set([0x80, 2]);
    expect(() => unpickle(bytes, 0, RULES, "x")).toThrow(/more than 2000000 operations/u);
  });
});

it("gives a value or a VlPetError for random operations", () => {
  const random = new RandomStream(3, "pickle damage");
  const operations = [...Buffer.from("(0123JKMXGqrhj)t]}aescRQbN.")];
  operations.push(0x85, 0x86, 0x87, 0x88, 0x8a, 0x8c, 0x93, 0x94, 0x95, 0, 1, 2, 0x0a);
  let read = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = pickle(
      2,
      ...Array.from({ length: random.integer(40) }, () => random.pick(operations)),
      ".",
    );
    try {
      unpickle(bytes, 0, RULES, "x");
      read++;
    } catch (error) {
      if (!(error instanceof VlPetError)) throw error;
    }
  }
  expect(read).toBeGreaterThan(100);
});
