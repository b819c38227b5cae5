import { sameSize, type Op, type Tensor } from "../graph/index.ts";
import { mul, sub } from "./arithmetic.ts";
import { gatherRows, scatter } from "./gather.ts";
import { reshape } from "./layout.ts";
import { gemm } from "./matrix.ts";
import { expand, reduceSum } from "./reduce.ts";
import { axisSize, requireFloat32, shapeError } from "./shape-rules.ts";

const PLAIN = { transposeA: false, transposeB: false } as const;

/**
 * Negative log likelihood of one label a row under logits h·Eᵀ + c: h [R, D], E [V, D], c [V], labels [R] → [R, 1].
 * Second output: the probabilities P [R, V], which the gradient reuses.
 *
 * With z the logits, −log P[label] = max z − log(max P) − z[label]: max P ≥ 1/V, so nothing underflows, and no
 * second pass of exponentials is needed. The gradient needs no one-hot: dh = w(P·E − E[label]).
 */
export const TOKEN_LOSS: Op<readonly [Tensor, Tensor, Tensor, Tensor], object> = {
  name: "token-loss",
  infer([states, table, bias, labels]) {
    requireFloat32("token-loss", states, table, bias);
    const fits =
      [states, table, bias, labels].map(({ shape }) => shape.length).join() === "2,2,1,1" &&
      labels.dtype === "int64" &&
      sameSize(axisSize(states, 0), axisSize(labels, 0)) &&
      sameSize(axisSize(states, 1), axisSize(table, 1)) &&
      sameSize(axisSize(bias, 0), axisSize(table, 0));
    if (!fits) {
      throw shapeError(
        "token-loss",
        "states [R, D], table [V, D], bias [V], int64 labels [R]",
        states,
        table,
        bias,
        labels,
      );
    }
    const rows = axisSize(states, 0);
    return [
      { dtype: "float32", shape: [rows, 1] },
      { dtype: "float32", shape: [rows, axisSize(table, 0)] },
    ];
  },
  encode(
    writer,
    { inputs: [states = "", table = "", bias = "", labels = ""], outputs: [loss = "", p = ""] },
  ) {
    const z = writer.emit("Gemm", [states, table, bias], { attributes: { transB: 1 } });
    writer.emit("Softmax", [z], { outputs: [p], attributes: { axis: -1 } });
    const axis = writer.int64([1]);
    const peak = writer.emit("ReduceMax", [z, axis], { attributes: { keepdims: 1 } });
    const peakP = writer.emit("ReduceMax", [p, axis], { attributes: { keepdims: 1 } });
    const total = writer.emit("Sub", [peak, writer.emit("Log", [peakP])]);
    const column = writer.emit("Unsqueeze", [labels, axis]);
    const picked = writer.emit("GatherElements", [z, column], { attributes: { axis: 1 } });
    writer.emit("Sub", [total, picked], { outputs: [loss] });
  },
  gradient({ inputs: [states, table, , labels], outputs: [, p], dy }) {
    if (p === undefined) throw shapeError("token-loss", "its probabilities");
    const expected = gemm(p, table, PLAIN); // Σ_v P_v E_v
    const dStates = mul(sub(expected, gatherRows(table, labels)), dy);
    // dE = Pᵀ(w h) − scatter(w h at the labels)
    const size = axisSize(table, 0);
    const weighted = mul(states, dy);
    const dTable = sub(
      gemm(p, weighted, { transposeA: true, transposeB: false }),
      scatter(weighted, labels, { axis: 0, size }),
    );
    const dBias = sub(
      reduceSum(mul(p, dy), [0], { keep: false }),
      scatter(reduceSum(dy, [1], { keep: false }), labels, { axis: 0, size }),
    );
    return [dStates, dTable, dBias, null];
  },
};

/** −log p(label) of each row, [R, 1], under logits h·Eᵀ + c, or h·Eᵀ without a bias. */
export function tokenLoss(states: Tensor, table: Tensor, bias: Tensor | null, labels: Tensor): Tensor {
  const { graph } = states;
  const added = bias ?? expand(reshape(graph.scalar(0), [1]), [axisSize(table, 0)]);
  const [loss] = graph.apply(TOKEN_LOSS, [states, table, added, labels], {});
  if (loss === undefined) throw shapeError("token-loss", "an output");
  return loss;
}
