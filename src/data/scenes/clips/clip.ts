import { LAYOUT, PLACES, rowAndColumn } from "../grammar.ts";
import type { Color, Place, SceneObject } from "../grammar.ts";

/** The two times at which a shot is at rest: before its change, and after it. */
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
  | { readonly kind: "grow" | "shrink" };

/** An object of a clip and what happens to it, if anything. */
export interface Actor {
  /** As it looks when it is first seen. */
  readonly object: SceneObject;
  readonly change: Change | null;
}

/** Objects of different colours and shapes, each alone in a shot; the shots follow each other and are equally long. */
export interface Clip {
  /** One or two, in the order of their shots. */
  readonly actors: readonly Actor[];
}

/** An actor at a moment of its shot. */
export function stateAt({ object, change }: Actor, moment: Moment): SceneObject {
  if (change === null || moment === "start") return object;
  switch (change.kind) {
    case "move":
      return { ...object, place: change.to };
    case "turn":
      return { ...object, color: change.to };
    case "grow":
      return { ...object, size: "large" };
    case "shrink":
      return { ...object, size: "small" };
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

/** A clip as one line that is equal exactly when the clips are, but for the order of their shots. */
export function clipKey({ actors }: Clip): string {
  const told = actors.map(({ object, change }) => {
    const { size, color, shape, place } = object;
    const what = change === null ? "stays" : `${change.kind} ${"to" in change ? change.to : ""}`;
    return `${size} ${color} ${shape} ${place} ${what}`;
  });
  return told.toSorted().join("; ");
}
