import { fnv1a, mix32, RandomStream } from "../../../random.ts";
import { COLORS, PLACES, SHAPES, SIZES } from "../grammar.ts";
import type { Color, Place, SceneObject } from "../grammar.ts";
import { homeSplit, type SceneSplit } from "../random-scene.ts";
import { clipKey, DIRECTIONS, placeBeside } from "./clip.ts";
import type { Actor, Change, Clip, Direction } from "./clip.ts";
import type { ClipDomain } from "./clip-ids.ts";

/** What happens to an object, if anything; moves most often, so that each direction is seen. */
const CHANGES = ["move", "move", "move", "turn", "grow/shrink", "grow/shrink"] as const;
/** Share of objects to which nothing happens; in cooking clips something always does. */
const STILL = { tv: 0.2, how2: 0.2, yc2: 0 } as const satisfies Readonly<Record<ClipDomain, number>>;
/** Share of clips with two objects; cooking clips show one step, and so one object. */
const PAIRS = { tv: 0.5, how2: 0.5, yc2: 0 } as const satisfies Readonly<Record<ClipDomain, number>>;

/** The split a clip belongs to, from its content alone, as scenes have one. */
export function splitOfClip(clip: Clip): SceneSplit {
  return homeSplit(mix32(fnv1a(clipKey(clip))));
}

/** Clip `index` of a split: a pure function of its arguments; `domain` makes different clips of the same index. */
export function randomClip(seed: number, domain: ClipDomain, split: SceneSplit, index: number): Clip {
  const stream = new RandomStream(seed, `clips/${domain}/${split}/${index}`);
  for (;;) {
    const clip = draw(domain, stream);
    if (splitOfClip(clip) === split) return clip;
  }
}

function draw(domain: ClipDomain, stream: RandomStream): Clip {
  const count = stream.uniform() < PAIRS[domain] ? 2 : 1;
  const colors = stream.shuffle<Color>(COLORS);
  const shapes = stream.shuffle(SHAPES);
  const actors = Array.from({ length: count }, (_, i): Actor => {
    const object: SceneObject = {
      color: colors[i] ?? "red",
      shape: shapes[i] ?? "circle",
      size: stream.pick(SIZES),
      place: stream.pick<Place>(PLACES),
    };
    const stays = stream.uniform() < STILL[domain];
    return { object, change: stays ? null : change(object, colors.slice(count), stream) };
  });
  return { actors };
}

/** A change that is possible. `fresh` are colours that no object of the clip has. */
function change(object: SceneObject, fresh: readonly Color[], stream: RandomStream): Change {
  switch (stream.pick(CHANGES)) {
    case "move":
      return stream.pick(movesFrom(object.place));
    case "turn":
      return { kind: "turn", to: stream.pick(fresh) };
    case "grow/shrink":
      return { kind: object.size === "small" ? "grow" : "shrink" };
  }
}

/** The moves by one place or two that stay in the picture. */
function movesFrom(place: Place): readonly Change[] {
  return (Object.keys(DIRECTIONS) as Direction[]).flatMap((direction) => {
    const near = placeBeside(place, direction);
    const far = near && placeBeside(near, direction);
    return [near, far].flatMap((to) => (to === undefined ? [] : { kind: "move" as const, direction, to }));
  });
}
