import { LAYOUT, PLACES, rowAndColumn } from "../grammar.ts";
import type { Color, Place, SceneObject } from "../grammar.ts";

/** The three times at which a clip is at rest; between two of them at most one object changes. */
export const MOMENTS = ["start", "halfway", "end"] as const;
/** The index of a moment. */
export type Moment = 0 | 1 | 2;

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

/** An object of a clip and the one thing that happens to it, if any. */
export interface Actor {
  /** As it looks when it is first seen. */
  readonly object: SceneObject;
  readonly change: Change | null;
  /** When it changes: between start and middle, or between middle and end. */
  readonly half: 0 | 1;
}

/** Two objects of different colours and shapes. At least one changes; if both do, in different halves. */
export interface Clip {
  readonly actors: readonly [Actor, Actor];
}

/** The object before (or after) its change; null where it is not there. */
function changed({ object, change }: Actor, after: boolean): SceneObject | null {
  if (change === null) return object;
  switch (change.kind) {
    case "move":
      return after ? { ...object, place: change.to } : object;
    case "turn":
      return after ? { ...object, color: change.to } : object;
    case "grow":
      return after ? { ...object, size: "large" } : object;
    case "shrink":
      return after ? { ...object, size: "small" } : object;
    case "appear":
      return after ? object : null;
    case "disappear":
      return after ? null : object;
  }
}

/** An actor at a moment; null while it is not there. */
export function stateAt(actor: Actor, moment: Moment): SceneObject | null {
  return changed(actor, moment > actor.half);
}

/** An actor when nothing has happened to it yet, and when everything has. */
export function endStates(actor: Actor): readonly [before: SceneObject | null, after: SceneObject | null] {
  return [changed(actor, false), changed(actor, true)];
}

/** The actors that change, in the order of their changes. */
export function events(clip: Clip): readonly (Actor & { readonly change: Change })[] {
  return clip.actors
    .filter((actor): actor is Actor & { readonly change: Change } => actor.change !== null)
    .toSorted((a, b) => a.half - b.half);
}

/** The place next to another, or nothing where the layout ends. */
export function placeBeside(place: Place, direction: Direction): Place | undefined {
  const { row, column } = rowAndColumn(place);
  const step = DIRECTIONS[direction];
  const [y, x] = [row + step.row, column + step.column];
  return y < 0 || x < 0 || y >= LAYOUT || x >= LAYOUT ? undefined : PLACES[y * LAYOUT + x];
}

/** A clip as one line that is equal exactly when the clips are, whatever the order of the actors. */
export function clipKey(clip: Clip): string {
  return clip.actors
    .map(({ object, change, half }) => {
      const { size, color, shape, place } = object;
      const what = change === null ? "stays" : `${change.kind} ${"to" in change ? change.to : ""} ${half}`;
      return `${size} ${color} ${shape} ${place} ${what}`;
    })
    .toSorted()
    .join("; ");
}
