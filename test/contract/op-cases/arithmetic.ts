import { B, each, indices, normal, positive, T, type InputCase, type OpCases } from "../op-case.ts";

/** Shapes that every elementwise op of two operands must broadcast. */
function pairs(operation: (a: number, b: number) => number, second: typeof normal): OpCases {
  const references = [each((index, a, b) => operation(a.at(...index), b.at(...index)))];
  const pair = (title: string, a: InputCase, b: InputCase) => ({ title, inputs: [a, b], references });
  return {
    accepts: [
      pair("equal shapes", normal(4, 3), second(4, 3)),
      pair("symbolic sizes", normal(B, T, 4), second(B, T, 4)),
      pair("a row on the right", normal(B, T, 4), second(4)),
      pair("a row on the left", normal(4), second(B, T, 4)),
      pair("ones on both sides", normal(B, 1, 4), second(1, T, 1)),
      pair("a symbolic axis against a missing one", normal(T, 2), second(B, T, 2)),
      pair("a scalar", normal(B, 3), second()),
      pair("two scalars", normal(), second()),
    ],
    refuses: [
      { title: "axes that differ", inputs: [normal(B, 3), second(B, 4)] },
      { title: "different symbols", inputs: [normal(B, 3), second(T, 3)] },
      { title: "integers", inputs: [normal(3), indices(5, 3)] },
    ],
  };
}

export const ARITHMETIC_CASES: Readonly<Record<string, OpCases>> = {
  add: pairs((a, b) => a + b, normal),
  sub: pairs((a, b) => a - b, normal),
  mul: pairs((a, b) => a * b, normal),
  div: pairs((a, b) => a / b, positive),
};
