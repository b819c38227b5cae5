import { RandomStream } from "../../random.ts";
import { nounPhrase, placePhrase, RELATIONS, withArticle } from "./grammar.ts";
import type { RelationName, Scene, SceneObject } from "./grammar.ts";

/** Reference captions a scene, as in COCO. */
export const CAPTIONS_PER_SCENE = 5;

/** How often a writer leaves out the sizes, starts with "There is", and mentions the later object first. */
const RATES = { plain: 0.2, existential: 0.25, inverted: 0.2, columnsFirst: 0.25 };

/** Captions of a scene as different people would write them: `CAPTIONS_PER_SCENE` draws from one distribution. */
export function captions(scene: Scene, stream: RandomStream): readonly string[] {
  return Array.from({ length: CAPTIONS_PER_SCENE }, () => caption(scene, stream));
}

/** One caption: "A large red circle above a small blue square." */
export function caption(scene: Scene, stream: RandomStream): string {
  const [first, second, third] = scene.objects;
  if (first === undefined) return "An empty picture.";
  const name = writer(stream);
  let text = "";
  if (second === undefined) text = one(first, name);
  else if (third === undefined) text = pair(first, second, name, stream);
  else text = trio([first, second, third], name, stream);
  return sentence(stream.uniform() < RATES.existential ? `there is ${text}` : text);
}

/** How one writer names an object, article included. */
type Writer = (object: SceneObject) => string;

function writer(stream: RandomStream): Writer {
  const plain = stream.uniform() < RATES.plain;
  return ({ size, color, shape }) =>
    withArticle(nounPhrase(plain ? { color, shape } : { size, color, shape }));
}

function one(object: SceneObject, name: Writer): string {
  return `${name(object)} ${placePhrase(object.place)}`;
}

/** Two objects in relation, in reading order unless the writer inverts it. */
function pair(a: SceneObject, b: SceneObject, name: Writer, stream: RandomStream): string {
  const relation = mainRelation(a, b, stream);
  return stream.uniform() < RATES.inverted
    ? `${name(b)} ${RELATIONS[RELATIONS[relation].inverse].words} ${name(a)}`
    : `${name(a)} ${RELATIONS[relation].words} ${name(b)}`;
}

/** Above when the rows differ, most often; otherwise the order of the columns. */
function mainRelation(a: SceneObject, b: SceneObject, stream: RandomStream): RelationName {
  const holding = (["above", "left", "right"] as const).filter((relation) => RELATIONS[relation].holds(a, b));
  const [first = "above", second] = holding;
  return second !== undefined && stream.uniform() < RATES.columnsFirst ? second : first;
}

function trio(
  [a, b, c]: readonly [SceneObject, SceneObject, SceneObject],
  name: Writer,
  stream: RandomStream,
): string {
  const [x, y, z] = stream.uniform() < RATES.inverted ? [c, b, a] : [a, b, c];
  return `${name(x)}, ${name(y)} and ${name(z)}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
