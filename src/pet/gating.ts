import type { Tensor } from "../graph/index.ts";
import { norm, type SiteCall } from "../nn/index.ts";
import { add, div, mul, reduceSum, sigmoid, sqrt } from "../ops/index.ts";
import { sameWidthBottleneck } from "./bottleneck.ts";
import { GRANULARITIES, type GateCall, type Granularity } from "./granularity.ts";

/** How a gate G meets the adapted output y. */
export const GATE_MODES = {
  /** G ⊙ y */
  multiply: (y, gate) => mul(y, gate),
  /** G + y, an ablation. */
  add: (y, gate) => add(y, gate),
} as const satisfies Readonly<Record<string, (y: Tensor, gate: Tensor) => Tensor>>;

export type GateMode = keyof typeof GATE_MODES;

/** What can stand in the place of a gate: maps of the adapted output y itself. */
export const UNGATED = {
  none: ({ y }) => y,
  /** A layer norm of its own, with gain and bias. */
  "layer-norm": ({ scope, y }) => norm(scope.at("gate"), y, { kind: "layer", epsilon: 1e-5 }),
  /** y / max(‖y‖₂, 1e-12) over channels; ε inside the root keeps the gradient finite at y = 0. */
  "l2-norm": ({ y }) => div(y, sqrt(add(reduceSum(mul(y, y), [1], { keep: true }), 1e-24))),
} as const satisfies Readonly<Record<string, (call: SiteCall) => Tensor>>;

/** A granularity of the gate, or what stands in its place. */
export type Gating = Granularity | keyof typeof UNGATED;

export const GATINGS = [...Object.keys(GRANULARITIES), ...Object.keys(UNGATED)] as Gating[];

function isGranularity(gating: Gating): gating is Granularity {
  return gating in GRANULARITIES;
}

/** The adapted output after its gate. */
export function gated(gating: Gating, mode: GateMode, call: GateCall): Tensor {
  if (!isGranularity(gating)) return UNGATED[gating](call);
  return GATE_MODES[mode](call.y, GRANULARITIES[gating](call));
}

/** u = up(φ(down(x))), added to the output and its gate at once. (Original: encoder_gating_large_x_lowrank.) */
export const SHIFTED_GATINGS = {
  /** u + σ(u) ⊙ y */
  output: (y, u) => add(u, mul(y, sigmoid(u))),
  /** σ(u) ⊙ (u + y) */
  sum: (y, u) => mul(add(u, y), sigmoid(u)),
} as const satisfies Readonly<Record<string, (y: Tensor, u: Tensor) => Tensor>>;

export type ShiftedGating = keyof typeof SHIFTED_GATINGS;

/** The output y after the shifted gate of a form and rank, whose weights lie at `shifted-gate`. */
export function shiftedGate(form: ShiftedGating, rank: number, { scope, x, y }: SiteCall): Tensor {
  return SHIFTED_GATINGS[form](y, sameWidthBottleneck(scope.at("shifted-gate"), x, { rank }));
}
