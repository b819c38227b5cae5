/**
 * The grammar of the made-up "scenes" data set, as data: what a scene is, how an object may be picked out by a
 * description, and which spatial relations hold. Captions, questions, drawings and textual scenes are all read off
 * these values, so a new kind of task (compositional questions, pairs of pictures, short clips) needs no new grammar.
 */

export const COLORS = ["red", "orange", "yellow", "green", "blue", "purple", "black"] as const;
export const SHAPES = ["circle", "square", "triangle", "star", "cross"] as const;
export const SIZES = ["large", "small"] as const;

/** The nine places of the 3×3 layout, row by row from the top left. */
export const PLACES = [
  "top left",
  "top",
  "top right",
  "left",
  "middle",
  "right",
  "bottom left",
  "bottom",
  "bottom right",
] as const;

export type Color = (typeof COLORS)[number];
export type Shape = (typeof SHAPES)[number];
export type Size = (typeof SIZES)[number];
export type Place = (typeof PLACES)[number];

/** Places a side of the layout. */
export const LAYOUT = 3;
/** The most objects a scene holds; it holds at least one. */
export const MOST_OBJECTS = 3;

export interface SceneObject {
  readonly color: Color;
  readonly shape: Shape;
  readonly size: Size;
  readonly place: Place;
}

/** One to three objects in distinct places, no two alike in both colour and shape, in reading order of their places. */
export interface Scene {
  readonly objects: readonly SceneObject[];
}

/** Row and column of a place, both 0…2 from the top left. */
export function rowAndColumn(place: Place): { readonly row: number; readonly column: number } {
  const index = PLACES.indexOf(place);
  return { row: Math.floor(index / LAYOUT), column: index % LAYOUT };
}

export type RelationName = "left" | "right" | "above" | "below";

interface Relation {
  /** The words between the two objects: "a circle *above* a square". */
  readonly words: string;
  readonly inverse: RelationName;
  readonly holds: (a: SceneObject, b: SceneObject) => boolean;
}

const rowOf = (object: SceneObject): number => rowAndColumn(object.place).row;
const columnOf = (object: SceneObject): number => rowAndColumn(object.place).column;

/** The spatial relations. Two objects may stand in one along each axis, so "above" and "left" can both hold. */
export const RELATIONS: Readonly<Record<RelationName, Relation>> = {
  left: { words: "to the left of", inverse: "right", holds: (a, b) => columnOf(a) < columnOf(b) },
  right: { words: "to the right of", inverse: "left", holds: (a, b) => columnOf(a) > columnOf(b) },
  above: { words: "above", inverse: "below", holds: (a, b) => rowOf(a) < rowOf(b) },
  below: { words: "below", inverse: "above", holds: (a, b) => rowOf(a) > rowOf(b) },
};

export const RELATION_NAMES = Object.keys(RELATIONS) as readonly RelationName[];

/** A description that picks out objects: every property given must match, and so must the relation. */
export interface Selector {
  readonly color?: Color;
  readonly shape?: Shape;
  readonly size?: Size;
  readonly place?: Place;
  /** The object stands in this relation to some object that `to` picks out. */
  readonly relation?: { readonly name: RelationName; readonly to: Selector };
}

/** The objects of a scene that a selector picks out, in the scene's order. */
export function select(scene: Scene, selector: Selector): readonly SceneObject[] {
  return scene.objects.filter((object) => {
    const { color, shape, size, place, relation } = selector;
    if (color !== undefined && color !== object.color) return false;
    if (shape !== undefined && shape !== object.shape) return false;
    if (size !== undefined && size !== object.size) return false;
    if (place !== undefined && place !== object.place) return false;
    if (relation === undefined) return true;
    const { holds } = RELATIONS[relation.name];
    return select(scene, relation.to).some((other) => other !== object && holds(object, other));
  });
}

/** "large red circle", "red object", "star above the blue square": a selector as a noun phrase without its article. */
export function nounPhrase(selector: Selector): string {
  const words = [selector.size, selector.color, selector.shape ?? "object"];
  const place = selector.place === undefined ? undefined : placePhrase(selector.place);
  const { relation } = selector;
  const related =
    relation === undefined ? undefined : `${RELATIONS[relation.name].words} the ${nounPhrase(relation.to)}`;
  return [...words, place, related].filter((word) => word !== undefined).join(" ");
}

/** The noun phrase with the article it takes: "a red circle", "an orange star". */
export function withArticle(phrase: string): string {
  return `${/^[aeiou]/.test(phrase) ? "an" : "a"} ${phrase}`;
}

/** "at the top left", "on the right", "in the middle". */
export function placePhrase(place: Place): string {
  if (place === "middle") return "in the middle";
  return place === "left" || place === "right" ? `on the ${place}` : `at the ${place}`;
}

/** "circles", "crosses", "objects". */
export function plural(noun: string): string {
  return noun.endsWith("s") ? `${noun}es` : `${noun}s`;
}

/** A scene as one line that is equal exactly when the scenes are: the key that keeps splits apart. */
export function sceneKey(scene: Scene): string {
  return scene.objects
    .map(({ size, color, shape, place }) => `${size} ${color} ${shape} ${place}`)
    .toSorted()
    .join("; ");
}
