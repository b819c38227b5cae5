import { fnv1a, mix32, RandomStream } from "../../../random.ts";
import { COLORS, PLACES, SHAPES, SIZES } from "../grammar.ts";
import type { Color, Place, SceneObject } from "../grammar.ts";
import { homeSplit, type SceneSplit } from "../random-scene.ts";
import { clipKey, DIRECTIONS, placeBeside } from "./clip.ts";
import type { Actor, Change, Clip, Direction } from "./clip.ts";

/** How often both objects of a clip change. */
const TWO_EVENTS = 0.5;
/** What happens to an object, moves most often: many lead out of the picture and are drawn again. */
const CHANGES = [...Array<"move">(6).fill("move"), "turn", "appear", "disappear", "grow/shrink"] as const;

/** The split a clip belongs to, from its content alone, as scenes have one. */
export function splitOfClip(clip: Clip): SceneSplit {
  return homeSplit(mix32(fnv1a(clipKey(clip))));
}

/** Clip `index` of a split: a pure function of its arguments; `domain` makes different clips of the same index. */
export function randomClip(seed: number, domain: string, split: SceneSplit, index: number): Clip {
  const stream = new RandomStream(seed, `clips/${domain}/${split}/${index}`);
  for (;;) {
    const clip = draw(stream);
    if (clip !== null && splitOfClip(clip) === split) return clip;
  }
}

/** Two objects and their changes; null where one of them would get in the other's way. */
function draw(stream: RandomStream): Clip | null {
  const colors = stream.shuffle<Color>(COLORS);
  const shapes = stream.shuffle(SHAPES);
  const places = stream.shuffle<Place>(PLACES);
  const object = (i: 0 | 1): SceneObject => ({
    color: colors[i] ?? "red",
    shape: shapes[i] ?? "circle",
    size: stream.pick(SIZES),
    place: places[i] ?? "middle",
  });
  const half = stream.pick([0, 1] as const);
  const first = changing(object(0), half, colors.slice(2, 4), stream);
  const other = object(1);
  const second: Actor =
    stream.uniform() < TWO_EVENTS
      ? changing(other, half === 0 ? 1 : 0, colors.slice(4), stream)
      : { object: other, change: null, half };
  const [way, otherWay] = [wayOf(first), wayOf(second)];
  if (way === null || otherWay === null || way.some((place) => otherWay.includes(place))) return null;
  return { actors: stream.uniform() < 0.5 ? [first, second] : [second, first] };
}

/** An object with a change drawn for it. `fresh` are colours that only this object may turn. */
function changing(object: SceneObject, half: 0 | 1, fresh: readonly Color[], stream: RandomStream): Actor {
  const kind = stream.pick(CHANGES);
  return { object, change: change(object, kind, fresh, stream), half };
}

function change(
  object: SceneObject,
  kind: (typeof CHANGES)[number],
  fresh: readonly Color[],
  stream: RandomStream,
): Change {
  switch (kind) {
    case "move": {
      const direction = stream.pick(Object.keys(DIRECTIONS) as Direction[]);
      const near = placeBeside(object.place, direction) ?? object.place;
      const far = placeBeside(near, direction);
      return { kind, direction, to: far !== undefined && stream.uniform() < 0.5 ? far : near };
    }
    case "turn":
      return { kind, to: stream.pick(fresh) };
    case "grow/shrink":
      return { kind: object.size === "small" ? "grow" : "shrink" };
    case "appear":
    case "disappear":
      return { kind };
  }
}

/** The places an object passes; null for a move that leads nowhere. */
function wayOf({ object, change: made }: Actor): readonly Place[] | null {
  if (made?.kind !== "move") return [object.place];
  const way: Place[] = [object.place];
  while (way.at(-1) !== made.to) {
    const next = placeBeside(way.at(-1) ?? object.place, made.direction);
    if (next === undefined) return null;
    way.push(next);
  }
  return way.length > 1 ? way : null;
}
