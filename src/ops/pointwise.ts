import type { Op, Tensor } from "../graph/index.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { shapeError, single } from "./shape-rules.ts";

type One = readonly [Tensor];
type PointwiseOp = Op<One, object>;

/** y = f(x); `gradient(x, y, dy)` is dy · f'(x). */
function pointwiseOp(
  name: string,
  onnx: string,
  gradient: (x: Tensor, y: Tensor, dy: Tensor) => Tensor,
  attributes: Readonly<Record<string, string>> = {},
): PointwiseOp {
  return {
    name,
    infer([x]) {
      if (x.dtype !== "float32") throw shapeError(name, "a float32 tensor", x);
      return [{ dtype: "float32", shape: x.shape }];
    },
    encode: (writer, { inputs, outputs }) => void writer.emit(onnx, inputs, { outputs, attributes }),
    gradient: ({ inputs: [x], outputs, dy }) => [gradient(x, single(outputs), dy)],
  };
}

export const EXP = pointwiseOp("exp", "Exp", (_, y, dy) => mul(dy, y));
export const LOG = pointwiseOp("log", "Log", (x, _, dy) => div(dy, x));
export const SQRT = pointwiseOp("sqrt", "Sqrt", (_, y, dy) => div(mul(dy, 0.5), y));
export const TANH = pointwiseOp("tanh", "Tanh", (_, y, dy) => sub(dy, mul(dy, mul(y, y)))); // 1 - y²
export const SIGMOID = pointwiseOp("sigmoid", "Sigmoid", (_, y, dy) => {
  const t = mul(dy, y); // dy·y - (dy·y)·y = dy · y(1 - y)
  return sub(t, mul(t, y));
});
export const RELU = pointwiseOp("relu", "Relu", (_, y, dy) => mul(dy, sign(y)));
export const SIGN = pointwiseOp("sign", "Sign", (x) => mul(x, 0));
export const ERF = pointwiseOp("erf", "Erf", (x, _, dy) =>
  mul(dy, mul(exp(mul(mul(x, x), -1)), 2 / Math.sqrt(Math.PI))),
);
// x·Φ(x): Φ(x) + x·φ(x)
export const GELU = pointwiseOp("gelu", "Gelu", (x, _, dy) => {
  const cumulative = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return mul(dy, add(cumulative, mul(x, density)));
});
// u = √(2/π)(x + 0.044715x³), t = tanh u: ½(1 + t) + ½x(1 - t²)·u'
export const GELU_TANH = pointwiseOp(
  "gelu-tanh",
  "Gelu",
  (x, _, dy) => {
    const root = Math.sqrt(2 / Math.PI);
    const square = mul(x, x);
    const t = tanh(mul(x, add(mul(square, root * 0.044715), root)));
    const slope = add(mul(square, 3 * 0.044715 * root), root);
    const inner = mul(mul(x, sub(x.graph.scalar(1), mul(t, t))), slope);
    return mul(dy, mul(add(add(t, 1), inner), 0.5));
  },
  { approximate: "tanh" },
);

function pointwise(op: PointwiseOp): (x: Tensor) => Tensor {
  return (x) => single(x.graph.apply(op, [x], {}));
}

export const exp = pointwise(EXP);
export const log = pointwise(LOG);
export const sqrt = pointwise(SQRT);
export const tanh = pointwise(TANH);
export const sigmoid = pointwise(SIGMOID);
export const relu = pointwise(RELU);
export const sign = pointwise(SIGN);
export const erf = pointwise(ERF);
/** Exact GELU, x·Φ(x). */
export const gelu = pointwise(GELU);
/** GELU by tanh, the `gelu_new` of the original's adapters and gates. */
export const geluTanh = pointwise(GELU_TANH);
