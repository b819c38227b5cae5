import { B, each, indices, kinked, normal, positive, T, type OpCases } from "../op-case.ts";

function curve(f: (x: number) => number, draw: typeof normal): OpCases {
  const references = [each((index, x) => f(x.at(...index)))];
  return {
    accepts: [
      { title: "a matrix", inputs: [draw(5, 4)], references },
      { title: "symbolic sizes", inputs: [draw(B, T, 4)], references },
      { title: "a scalar", inputs: [draw()], references },
    ],
    refuses: [{ title: "integers", inputs: [indices(3, 4)] }],
  };
}

/** The Maclaurin series of erf, which is exact enough in double precision where the cases look (|x| < 5). */
function erf(x: number): number {
  let term = x;
  let total = 0;
  for (let n = 0; n < 200; n++) {
    total += term / (2 * n + 1);
    term *= (-x * x) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

export const POINTWISE_CASES: Readonly<Record<string, OpCases>> = {
  exp: curve(Math.exp, normal),
  log: curve(Math.log, positive),
  sqrt: curve(Math.sqrt, positive),
  tanh: curve(Math.tanh, normal),
  sigmoid: curve((x) => 1 / (1 + Math.exp(-x)), normal),
  relu: curve((x) => Math.max(x, 0), kinked),
  sign: curve(Math.sign, kinked),
  erf: curve(erf, normal),
  gelu: curve((x) => (x * (1 + erf(x / Math.SQRT2))) / 2, normal),
  "gelu-tanh": curve(
    (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    normal,
  ),
};
