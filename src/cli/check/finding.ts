/** How many of some things a check found fault with, and the first of them in words. */
export interface Finding {
  readonly count: number;
  /** Things that were looked at. */
  readonly of: number;
  readonly first: readonly string[];
}

/** Offenders that are named. */
const NAMED = 5;

/** The finding that these are the offenders among so many things. */
export function finding(offenders: readonly string[], of: number): Finding {
  return { count: offenders.length, of, first: offenders.slice(0, NAMED) };
}

/** At most `count` of the items, spread evenly over all of them; null = all. */
export function sampled<T>(items: readonly T[], count: number | null): readonly T[] {
  if (count === null || items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)] as T);
}
