import type { Op, Tensor } from "../graph/index.ts";
import { broadcastShape, shapeError, single } from "./shape-rules.ts";

type Pair = readonly [Tensor, Tensor];
type PairOp = Op<Pair, object>;

function pairOp(name: string, onnx: string, gradient: PairOp["gradient"]): PairOp {
  return {
    name,
    infer([a, b]) {
      if (a.dtype !== "float32" || b.dtype !== "float32") throw shapeError(name, "float32 operands", a, b);
      return [{ dtype: "float32", shape: broadcastShape(name, a, b) }];
    },
    encode: (writer, { inputs, outputs }) => void writer.emit(onnx, inputs, { outputs }),
    // Gradients come back in the broadcast shape; the reverse walk sums them to each input's own shape.
    gradient,
  };
}

export const ADD = pairOp("add", "Add", ({ dy }) => [dy, dy]);
export const SUB = pairOp("sub", "Sub", ({ dy }) => [dy, mul(dy, dy.graph.scalar(-1))]);
export const MUL = pairOp("mul", "Mul", ({ inputs: [a, b], dy }) => [mul(dy, b), mul(dy, a)]);
// d(a/b) = da/b - (a/b) db/b
export const DIV = pairOp("div", "Div", ({ inputs: [, b], outputs, dy }) => {
  const da = div(dy, b);
  return [da, mul(mul(da, single(outputs)), b.graph.scalar(-1))];
});

function operand(like: Tensor, value: Tensor | number): Tensor {
  return typeof value === "number" ? like.graph.scalar(value) : value;
}

/** a + b with broadcasting; numbers become scalars. */
export function add(a: Tensor, b: Tensor | number): Tensor {
  return single(a.graph.apply(ADD, [a, operand(a, b)], {}));
}

/** a - b with broadcasting. */
export function sub(a: Tensor, b: Tensor | number): Tensor {
  return single(a.graph.apply(SUB, [a, operand(a, b)], {}));
}

/** a ⊙ b with broadcasting. */
export function mul(a: Tensor, b: Tensor | number): Tensor {
  return single(a.graph.apply(MUL, [a, operand(a, b)], {}));
}

/** a / b with broadcasting. */
export function div(a: Tensor, b: Tensor | number): Tensor {
  return single(a.graph.apply(DIV, [a, operand(a, b)], {}));
}
