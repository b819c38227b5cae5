import type { RandomStream } from "../../../random.ts";
import { background, pictureSvg, RADII, randomLook } from "../drawing.ts";
import type { DrawnObject, Look } from "../drawing.ts";
import { rowAndColumn } from "../grammar.ts";
import type { SceneObject } from "../grammar.ts";
import { stateAt } from "./clip.ts";
import type { Actor, Clip } from "./clip.ts";

/** The shares of a shot's length between which its change happens. */
export const CHANGE_TIMES = [0.35, 0.65] as const;

/** What stays the same in all frames of one clip. */
export interface ClipLook {
  readonly ground: string;
  /** How each object departs from the plan. */
  readonly actors: readonly Look[];
}

/** A background, and how the objects of a clip depart from the plan. */
export function randomClipLook(clip: Clip, stream: RandomStream): ClipLook {
  return { ground: background(stream), actors: clip.actors.map(() => randomLook(stream)) };
}

/** The shot that a share (0…1) of the clip's length falls into, counted from 0, and the share of that shot. */
export function shotAt({ actors }: Clip, time: number): { readonly shot: number; readonly time: number } {
  const shot = Math.min(actors.length - 1, Math.floor(time * actors.length));
  return { shot, time: time * actors.length - shot };
}

/** The frame at a share (0…1) of the clip's length, as SVG text. Before and after a shot's change nothing moves. */
export function frameSvg(clip: Clip, look: ClipLook, time: number): string {
  const at = shotAt(clip, time);
  const [start, end] = CHANGE_TIMES;
  const done = Math.min(1, Math.max(0, (at.time - start) / (end - start)));
  const [actor, actorLook] = [clip.actors[at.shot], look.actors[at.shot]];
  if (actor === undefined || actorLook === undefined)
    throw new RangeError("internal: a clip without its look");
  return pictureSvg(drawn(actor, actorLook, done), look.ground);
}

/** An actor when a share of its change is done: a new colour fades in over the old. */
function drawn(actor: Actor, look: Look, done: number): readonly DrawnObject[] {
  const [before, after] = [stateAt(actor, "start"), stateAt(actor, "end")];
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
