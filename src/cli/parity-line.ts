import type { ParityReport } from "../train/state-comparison.ts";

/** A parity report in words. */
export function parityLine({ tensors, numbers, equal }: ParityReport): string {
  return `${equal} of ${tensors} tensors equal bit for bit (${numbers.toLocaleString("en")} numbers)`;
}
