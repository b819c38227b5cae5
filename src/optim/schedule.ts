/** A learning-rate factor in [0, 1] for update `step`, counted from 0. */
export type Schedule = (step: number) => number;

/**
 * Linear warm-up over the first `warmup` updates, then linear decay to 0 at `total`. Quirk: the first update has
 * factor 0 when there is a warm-up (spec training §7); with `start: "first-step"` it has 1/warmup.
 */
export function linearSchedule(
  total: number,
  warmup: number,
  { start = "zero" }: { readonly start?: "zero" | "first-step" } = {},
): Schedule {
  const risen = start === "zero" ? 0 : 1;
  return (step) =>
    step < warmup
      ? (step + risen) / Math.max(1, warmup)
      : Math.max(0, (total - step) / Math.max(1, total - warmup));
}

/** Updates of a run and of its warm-up: ⌊batches/accumulation⌋·epochs, and the integer part of its share. */
export function scheduleLength(
  batches: number,
  {
    accumulation,
    epochs,
    warmupRatio,
  }: { readonly accumulation: number; readonly epochs: number; readonly warmupRatio: number },
): { readonly total: number; readonly warmup: number } {
  const total = Math.floor(batches / accumulation) * epochs;
  return { total, warmup: Math.trunc(total * warmupRatio) };
}

export const constantSchedule: Schedule = () => 1;
