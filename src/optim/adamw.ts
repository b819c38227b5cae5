import type { Tensor } from "../graph/index.ts";
import { add, div, mul, sqrt, sub } from "../ops/index.ts";
import type { Parameter } from "../nn/index.ts";

/** Settings of AdamW; the defaults are the original's. */
export interface AdamwSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Whether the gains of norms decay, as in the original; default true. */
  readonly decaysGains?: boolean;
}

export const ADAMW: AdamwSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-6, weightDecay: 0.01 };

/** One parameter's values around an update. */
export interface AdamwState {
  readonly value: Tensor;
  /** First and second moment, of the value's shape. */
  readonly first: Tensor;
  readonly second: Tensor;
}

/** Scalars of a step: `stepSize` includes the bias correction, `decay` is rate × weight decay. */
export interface AdamwRates {
  readonly stepSize: Tensor;
  readonly decay: Tensor;
}

/**
 * Writes one AdamW update into the graph, as transformers 4.2.1 computes it: ε is added outside the square root before
 * the correction, and the decay acts on the already updated value. (Loshchilov & Hutter 2019; spec training §7.)
 */
export function adamwUpdate(
  { value, first, second }: AdamwState,
  gradient: Tensor,
  { stepSize, decay }: AdamwRates,
  settings: AdamwSettings,
  options: { readonly decays: boolean },
): AdamwState {
  const { beta1, beta2, epsilon } = settings;
  const m = add(mul(first, beta1), mul(gradient, 1 - beta1));
  const v = add(mul(second, beta2), mul(mul(gradient, gradient), 1 - beta2));
  const moved = sub(value, mul(div(m, add(sqrt(v), epsilon)), stepSize));
  return { value: options.decays ? sub(moved, mul(moved, decay)) : moved, first: m, second: v };
}

/** Rate with bias correction for a parameter's t-th update (t from 1): lr·√(1−β₂ᵗ)/(1−β₁ᵗ). */
export function correctedRate(rate: number, t: number, { beta1, beta2 }: AdamwSettings): number {
  return (rate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);
}

/**
 * Biases do not decay, everything else does, unless a layer declares otherwise. Quirk: layer-norm gains decay too,
 * because the original's exemption asks for a name that neither BART nor T5 has; `decaysGains: false` exempts them.
 */
export function decays(
  { traits }: Parameter,
  { decaysGains = true }: Pick<AdamwSettings, "decaysGains"> = {},
): boolean {
  if (traits.role === "gain" && !decaysGains) return false;
  return traits.decays ?? traits.role !== "bias";
}
