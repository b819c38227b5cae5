import { fnv1a, mix32, RandomStream } from "../../../random.ts";
import { COLORS, PLACES, SHAPES, SIZES } from "../grammar.ts";
import type { Color, Place, SceneObject } from "../grammar.ts";
import { homeSplit, type SceneSplit } from "../random-scene.ts";
import { clipKey, DIRECTIONS, placeBeside } from "./clip.ts";
import type { Actor, Change, Clip, Direction } from "./clip.ts";

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

/** Two objects and the change of one; null where it would get in the other's way. */
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
  const [subject, other] = [object(0), object(1)];
  const actor: Actor = {
    object: subject,
    change: change(subject, stream.pick(CHANGES), colors.slice(2), stream),
  };
  const way = wayOf(actor);
  if (way === null || way.includes(other.place)) return null;
  const still: Actor = { object: other, change: null };
  const half = stream.pick([0, 1] as const);
  return { actors: stream.uniform() < 0.5 ? [actor, still] : [still, actor], half };
}

/** A change of a kind. `fresh` are colours that no object of the clip has. */
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
