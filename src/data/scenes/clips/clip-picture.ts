import type { RandomStream } from "../../../random.ts";
import { background, pictureSvg, RADII, randomLook } from "../drawing.ts";
import type { DrawnObject, Look } from "../drawing.ts";
import { rowAndColumn } from "../grammar.ts";
import type { SceneObject } from "../grammar.ts";
import { stateAt } from "./clip.ts";
import type { Actor, Clip } from "./clip.ts";

/** The shares of a clip's length between which the change of its first or of its second half happens. */
export const CHANGE_TIMES = [
  [0.15, 0.4],
  [0.6, 0.85],
] as const;

/** What stays the same in all frames of one clip. */
export interface ClipLook {
  readonly ground: string;
  readonly actors: readonly [Look, Look];
}

/** A background, and how the two objects depart from the plan. */
export function randomClipLook(stream: RandomStream): ClipLook {
  return { ground: background(stream), actors: [randomLook(stream), randomLook(stream)] };
}

/** The frame at a share (0…1) of the clip's length, as SVG text. Before and after the change nothing moves. */
export function frameSvg(clip: Clip, look: ClipLook, time: number): string {
  const [first, second] = clip.actors;
  const [start, end] = CHANGE_TIMES[clip.half];
  const done = Math.min(1, Math.max(0, (time - start) / (end - start)));
  const objects = [...drawn(first, look.actors[0], done), ...drawn(second, look.actors[1], done)];
  return pictureSvg(objects, look.ground);
}

/** An actor when a share of its change is done: what can have no state between two is faded over. */
function drawn(actor: Actor, look: Look, done: number): readonly DrawnObject[] {
  const [before, after] = [stateAt(actor, "start"), stateAt(actor, "end")];
  if (before === null || after === null) {
    const opacity = before === null ? done : 1 - done;
    return opacity === 0 ? [] : [{ ...placed(actor.object, actor.object, 0), opacity, look }];
  }
  const under: DrawnObject = { ...placed(before, after, done), opacity: 1, look };
  return before.color === after.color || done === 0
    ? [under]
    : [under, { ...under, color: after.color, opacity: done }];
}

/** Where an object is, and how large, when a share of its change is done. */
function placed(
  before: SceneObject,
  after: SceneObject,
  done: number,
): Omit<DrawnObject, "opacity" | "look"> {
  const between = (from: number, to: number): number => from + done * (to - from);
  const [here, there] = [rowAndColumn(before.place), rowAndColumn(after.place)];
  return {
    color: before.color,
    shape: before.shape,
    row: between(here.row, there.row),
    column: between(here.column, there.column),
    radius: between(RADII[before.size], RADII[after.size]),
  };
}
