import type { RandomStream } from "../../../random.ts";
import { background, pictureSvg, RADII, randomLook } from "../drawing.ts";
import type { DrawnObject, Look } from "../drawing.ts";
import { rowAndColumn } from "../grammar.ts";
import type { SceneObject } from "../grammar.ts";
import { endStates } from "./clip.ts";
import type { Actor, Clip } from "./clip.ts";

/** The shares of a clip's length between which the changes of its first and of its second half happen. */
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

/** The frame at a share (0…1) of the clip's length, as SVG text. Between two changes nothing moves. */
export function frameSvg(clip: Clip, look: ClipLook, time: number): string {
  const [first, second] = clip.actors;
  const objects = [...drawn(first, look.actors[0], time), ...drawn(second, look.actors[1], time)];
  return pictureSvg(objects, look.ground);
}

/** An actor on its way from one state to the next: what cannot be between them is faded over. */
function drawn(actor: Actor, look: Look, time: number): readonly DrawnObject[] {
  const [start, end] = CHANGE_TIMES[actor.half];
  const done = Math.min(1, Math.max(0, (time - start) / (end - start)));
  const [before, after] = endStates(actor);
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
