import { fnv1a, mix32, RandomStream } from "../../random.ts";
import { COLORS, MOST_OBJECTS, PLACES, sceneKey, SHAPES, SIZES } from "./grammar.ts";
import type { Color, Place, Scene, SceneObject, Shape } from "./grammar.ts";

/** The splits of the data set. */
export const SCENE_SPLITS = ["train", "valid", "test"] as const;
export type SceneSplit = (typeof SCENE_SPLITS)[number];

/** How often an object takes the colour (or the shape) of an earlier one, so that counts of two and three occur. */
const REPEAT_RATE = 0.3;
/** Of eight shares of all possible scenes, six belong to train and one each to valid and test. */
const SPLIT_SHARES = ["train", "train", "train", "train", "train", "train", "valid", "test"] as const;

/** The split that content with this hash belongs to. */
export function homeSplit(hash: number): SceneSplit {
  return SPLIT_SHARES[hash % SPLIT_SHARES.length] ?? "train";
}

/**
 * The split a scene belongs to, from its content alone: every possible scene has exactly one home, so no held-out
 * scene can occur in training, whatever the seeds and sizes.
 */
export function splitOf(scene: Scene): SceneSplit {
  return homeSplit(mix32(fnv1a(sceneKey(scene))));
}

/** Scene `index` of a split: a pure function of its arguments. The number of objects is uniform over 1…3. */
export function randomScene(seed: number, split: SceneSplit, index: number): Scene {
  const stream = new RandomStream(seed, `scenes/${split}/${index}`);
  // The number is drawn once and kept, so that rejection cannot skew it.
  const count = 1 + stream.integer(MOST_OBJECTS);
  for (;;) {
    const scene = draw(stream, count);
    if (splitOf(scene) === split) return scene;
  }
}

function draw(stream: RandomStream, count: number): Scene {
  const places = stream.shuffle<Place>(PLACES).slice(0, count);
  const objects: SceneObject[] = [];
  for (const place of places.toSorted((a, b) => PLACES.indexOf(a) - PLACES.indexOf(b))) {
    objects.push({ ...kind(stream, objects), size: stream.pick(SIZES), place });
  }
  return { objects };
}

/** A colour and a shape that no earlier object has together. */
function kind(
  stream: RandomStream,
  earlier: readonly SceneObject[],
): { readonly color: Color; readonly shape: Shape } {
  const repeats = (): boolean => earlier.length > 0 && stream.uniform() < REPEAT_RATE;
  for (;;) {
    const color = repeats() ? stream.pick(earlier).color : stream.pick(COLORS);
    const shape = repeats() ? stream.pick(earlier).shape : stream.pick(SHAPES);
    if (!earlier.some((other) => other.color === color && other.shape === shape)) return { color, shape };
  }
}
