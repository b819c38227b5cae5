import { LAYOUT, PLACES, rowAndColumn } from "../grammar.ts";
import type { Color, Place, SceneObject } from "../grammar.ts";

/** The two times at which a clip is at rest: before its change, and after it. */
export const MOMENTS = ["start", "end"] as const;
export type Moment = (typeof MOMENTS)[number];

export const DIRECTIONS = {
  left: { row: 0, column: -1 },
  right: { row: 0, column: 1 },
  up: { row: -1, column: 0 },
  down: { row: 1, column: 0 },
} as const;
export type Direction = keyof typeof DIRECTIONS;

/** What can happen to an object. */
export type Change =
  | { readonly kind: "move"; readonly direction: Direction; readonly to: Place }
  | { readonly kind: "turn"; readonly to: Color }
  | { readonly kind: "appear" | "disappear" | "grow" | "shrink" };

/** An object of a clip and what happens to it, if anything. */
export interface Actor {
  /** As it looks when it is first seen. */
  readonly object: SceneObject;
  readonly change: Change | null;
}

/** Two objects of different colours and shapes, one of which changes. */
export interface Clip {
  readonly actors: readonly [Actor, Actor];
  /** In which half of the clip it changes. */
  readonly half: 0 | 1;
}

/** An actor at a moment; null while it is not there. */
export function stateAt({ object, change }: Actor, moment: Moment): SceneObject | null {
  if (change === null) return object;
  const changed = moment === "end";
  switch (change.kind) {
    case "move":
      return changed ? { ...object, place: change.to } : object;
    case "turn":
      return changed ? { ...object, color: change.to } : object;
    case "grow":
      return changed ? { ...object, size: "large" } : object;
    case "shrink":
      return changed ? { ...object, size: "small" } : object;
    case "appear":
      return changed ? object : null;
    case "disappear":
      return changed ? null : object;
  }
}

/** The actors to which something happens. */
export function changing(clip: Clip): readonly (Actor & { readonly change: Change })[] {
  return clip.actors.filter((actor): actor is Actor & { readonly change: Change } => actor.change !== null);
}

/** The place next to another, or nothing where the layout ends. */
export function placeBeside(place: Place, direction: Direction): Place | undefined {
  const { row, column } = rowAndColumn(place);
  const step = DIRECTIONS[direction];
  const [y, x] = [row + step.row, column + step.column];
  return y < 0 || x < 0 || y >= LAYOUT || x >= LAYOUT ? undefined : PLACES[y * LAYOUT + x];
}

/** A clip as one line that is equal exactly when the clips are, whatever the order of the actors. */
export function clipKey({ actors, half }: Clip): string {
  const told = actors.map(({ object, change }) => {
    const { size, color, shape, place } = object;
    const what = change === null ? "stays" : `${change.kind} ${"to" in change ? change.to : ""}`;
    return `${size} ${color} ${shape} ${place} ${what}`;
  });
  return `${told.toSorted().join("; ")}; ${half}`;
}
