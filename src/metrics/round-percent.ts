/**
 * A value rounded to two decimals as Python's `round(value, 2)`: to the nearest, and an exact tie to the even hundredth.
 * Evaluators of published scores round this way.
 *
 * @example
 * roundPercent(0.125); // 0.12
 * roundPercent(200 / 3); // 66.67
 */
export function roundPercent(value: number): number {
  // Only odd multiples of 1/8 lie exactly between two hundredths; toFixed would take the larger there.
  const isTie = Math.abs((value * 8) % 2) === 1;
  if (!isTie) return Number(value.toFixed(2));
  const lower = Math.floor(value * 100);
  return (lower % 2 === 0 ? lower : lower + 1) / 100;
}
