import { sameSize, type Op, type Size, type Tensor } from "../graph/index.ts";
import { transpose } from "./layout.ts";
import { reduceSum } from "./reduce.ts";
import { axisSize, broadcastShape, requireFloat32, shapeError, single } from "./shape-rules.ts";

type Pair = readonly [Tensor, Tensor];

export interface GemmAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function gemmSizes(a: Tensor, b: Tensor, { transposeA, transposeB }: GemmAttributes): readonly Size[] {
  requireFloat32("gemm", a, b);
  const [rows, inner] = transposeA ? [1, 0] : [0, 1];
  const [other, columns] = transposeB ? [1, 0] : [0, 1];
  if (a.shape.length !== 2 || b.shape.length !== 2 || !sameSize(axisSize(a, inner), axisSize(b, other))) {
    throw shapeError("gemm", "two matrices with the same inner size", a, b);
  }
  return [axisSize(a, rows), axisSize(b, columns)];
}

/** A·B of two matrices, either one read transposed in place (no copy). */
export const GEMM: Op<Pair, GemmAttributes> = {
  name: "gemm",
  infer: ([a, b], attributes) => [{ dtype: "float32", shape: gemmSizes(a, b, attributes) }],
  encode(writer, { inputs, outputs, attributes }) {
    writer.emit("Gemm", inputs, {
      outputs,
      attributes: { transA: Number(attributes.transposeA), transB: Number(attributes.transposeB) },
    });
  },
  gradient({ inputs: [a, b], attributes: { transposeA, transposeB }, dy }) {
    // y = A B: dA = dy Bᵀ, dB = Aᵀ dy; transposed operands swap the order.
    const da = transposeA
      ? gemm(b, dy, { transposeA: transposeB, transposeB: true })
      : gemm(dy, b, { transposeA: false, transposeB: !transposeB });
    const db = transposeB
      ? gemm(dy, a, { transposeA: true, transposeB: transposeA })
      : gemm(a, dy, { transposeA: !transposeA, transposeB: false });
    return [da, db];
  },
};

export function gemm(a: Tensor, b: Tensor, attributes: GemmAttributes): Tensor {
  return single(a.graph.apply(GEMM, [a, b], attributes));
}

/** y = x Wᵀ + b on rows: x [R, I], W [O, I], b [O] → [R, O]. The gradient reuses W as stored; no transposed copy. */
export const LINEAR: Op<readonly [Tensor, Tensor, Tensor], object> = {
  name: "linear",
  infer([x, weight, bias]) {
    const shape = gemmSizes(x, weight, { transposeA: false, transposeB: true });
    if (bias.shape.length !== 1 || !sameSize(axisSize(bias, 0), shape[1] ?? 0)) {
      throw shapeError("linear", "x [R, I], weight [O, I], bias [O]", x, weight, bias);
    }
    return [{ dtype: "float32", shape }];
  },
  encode: (writer, { inputs, outputs }) =>
    void writer.emit("Gemm", inputs, { outputs, attributes: { transB: 1 } }),
  gradient: ({ inputs: [x, weight], dy }) => [
    gemm(dy, weight, { transposeA: false, transposeB: false }),
    gemm(dy, x, { transposeA: true, transposeB: false }),
    reduceSum(dy, [0], { keep: false }),
  ],
};

/** x Wᵀ + b, or x Wᵀ without a bias. */
export function linearMap(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  if (bias === null) return gemm(x, weight, { transposeA: false, transposeB: true });
  return single(x.graph.apply(LINEAR, [x, weight, bias], {}));
}

/** The tensor as its leading axes alone, for the broadcasting rule and its error. */
function lead(t: Tensor): Tensor {
  return { ...t, shape: t.shape.slice(0, -2) };
}

function swapLast(x: Tensor): Tensor {
  const rank = x.shape.length;
  const order = Array.from({ length: rank }, (_, axis) => axis);
  [order[rank - 2], order[rank - 1]] = [rank - 1, rank - 2];
  return transpose(x, order);
}

/** Batched matrix product over the last two axes; leading axes broadcast. */
export const MAT_MUL: Op<Pair, object> = {
  name: "mat-mul",
  infer([a, b]) {
    requireFloat32("mat-mul", a, b);
    if (a.shape.length < 2 || b.shape.length < 2 || !sameSize(axisSize(a, -1), axisSize(b, -2))) {
      throw shapeError("mat-mul", "[…, M, K] and […, K, N]", a, b);
    }
    const batch = broadcastShape("mat-mul", lead(a), lead(b));
    return [{ dtype: "float32", shape: [...batch, axisSize(a, -2), axisSize(b, -1)] }];
  },
  encode: (writer, { inputs, outputs }) => void writer.emit("MatMul", inputs, { outputs }),
  gradient: ({ inputs: [a, b], dy }) => [matMul(dy, swapLast(b)), matMul(swapLast(a), dy)],
};

export function matMul(a: Tensor, b: Tensor): Tensor {
  return single(a.graph.apply(MAT_MUL, [a, b], {}));
}

/** a · bᵀ over the last two axes. */
export function matMulTransposed(a: Tensor, b: Tensor): Tensor {
  return matMul(a, swapLast(b));
}
