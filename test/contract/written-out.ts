import type { HookedRows } from "./hooked-rows.ts";

/** gelu by tanh, written out. */
export function gelu(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** row · Wᵀ + b with the weights at a place, written out. */
export function affine({ weights }: HookedRows, place: string, row: readonly number[]): readonly number[] {
  const bias = weights[`${place}.bias`]?.[0] ?? [];
  return (weights[`${place}.weight`] ?? []).map((column, o) =>
    column.reduce((sum, weight, i) => sum + weight * (row[i] ?? 0), bias[o] ?? 0),
  );
}
