import type { Figures, ParityCase } from "./case.ts";

/** Largest |got − wanted|. */
export function worstAbsolute(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (got.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) {
    const error = Math.abs((got[i] ?? Number.NaN) - (wanted[i] ?? Number.NaN));
    if (!(error <= worst)) worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return worst;
}

export function largest(values: ArrayLike<number>): number {
  return worstAbsolute(values, new Float32Array(values.length));
}

/** Largest error relative to the largest wanted entry. */
export function worstRelative(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const scale = largest(wanted);
  const error = worstAbsolute(got, wanted);
  return scale === 0 ? error : error / scale;
}

/** Expected figures of one parameter: whole tensors, or only their first elements; stacked over the original's keys. */
export interface ExpectedPart {
  /** Where the part begins in our tensor. */
  readonly offset: number;
  readonly figures: Figures;
}

export function expectedParts(
  { io }: ParityCase,
  kinds: readonly string[],
  keys: readonly string[],
  sizes: readonly number[],
): readonly ExpectedPart[] {
  let offset = 0;
  return keys.flatMap((key, i) => {
    const figures = kinds.map((kind) => io.get(`${kind}.${key}`)).find((found) => found !== undefined);
    const start = offset;
    offset += sizes[i] ?? 0;
    return figures === undefined ? [] : [{ offset: start, figures }];
  });
}
