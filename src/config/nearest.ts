import { distance } from "fastest-levenshtein";

/** Names further away than this share of their length are no slips of the pen. */
const REACH = 0.5;

/** The known name that a mistyped one most likely stands for, or null when none comes near. Case does not matter. */
export function nearest(name: string, known: Iterable<string>): string | null {
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let least = Infinity;
  for (const candidate of known) {
    const edits = distance(wanted, candidate.toLowerCase());
    const near = edits <= REACH * Math.max(wanted.length, candidate.length);
    if (near && edits < least) [best, least] = [candidate, edits];
  }
  return best;
}
