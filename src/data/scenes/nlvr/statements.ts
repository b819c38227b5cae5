import type { RandomStream } from "../../../random.ts";
import { orderedPairs } from "../descriptions.ts";
import { nounPhrase, plural, RELATION_NAMES, RELATIONS, select, withArticle } from "../grammar.ts";
import type { Scene, SceneObject, Selector } from "../grammar.ts";

/** Two pictures, of which a statement is true or false. */
export type ScenePair = readonly [first: Scene, second: Scene];

/** A sentence and whether it is true of a pair. */
export interface Statement {
  readonly sentence: string;
  readonly holds: (pair: ScenePair) => boolean;
}

/** Draws a statement that might well be true of the pair; null where the pair offers none. */
type StatementKind = (pair: ScenePair, stream: RandomStream) => Statement | null;

const POSITIONS = ["first", "second"] as const;
const NUMBERS = ["no", "one", "two", "three", "four", "five", "six"] as const;

/** What can be said of two pictures. A further kind of statement is a further row. */
export const STATEMENT_KINDS: Readonly<Record<string, StatementKind>> = {
  shows: ofOne((scene, stream) => {
    const selector = propertiesOf(stream.pick(scene.objects), stream);
    return {
      words: `shows ${withArticle(nounPhrase(selector))}`,
      holds: (other) => isThere(other, selector),
    };
  }),
  relates: ofOne((scene, stream) => {
    const pairs = orderedPairs(scene);
    if (pairs.length === 0) return null;
    const [a, b] = stream.pick(pairs);
    const names = RELATION_NAMES.filter((name) => RELATIONS[name].holds(a, b));
    if (names.length === 0) return null;
    const [property, name] = [oneProperty(a, stream), stream.pick(names)];
    const selector: Selector = { ...property, relation: { name, to: { shape: b.shape } } };
    return {
      words: `shows ${withArticle(nounPhrase(property))} ${RELATIONS[name].words} ${withArticle(b.shape)}`,
      holds: (other) => isThere(other, selector),
    };
  }),
  counts: ofOne((scene) => ({
    words: `shows exactly ${numbered(scene.objects.length, "object")}`,
    holds: (other) => other.objects.length === scene.objects.length,
  })),
  both: (pair, stream) => {
    const selector = oneProperty(stream.pick(stream.pick(pair).objects), stream);
    return {
      sentence: `Both pictures show ${withArticle(nounPhrase(selector))}.`,
      holds: (scenes) => scenes.every((scene) => isThere(scene, selector)),
    };
  },
  onlyOne: (pair, stream) => {
    const selector = oneProperty(stream.pick(stream.pick(pair).objects), stream);
    return {
      sentence: `Only one picture shows ${withArticle(nounPhrase(selector))}.`,
      holds: (scenes) => scenes.filter((scene) => isThere(scene, selector)).length === 1,
    };
  },
  more: (_, stream) => {
    const [here, there] = stream.pick([
      [0, 1],
      [1, 0],
    ] as const);
    return {
      sentence: `The ${POSITIONS[here]} picture shows more objects than the ${POSITIONS[there]} picture.`,
      holds: (scenes) => scenes[here].objects.length > scenes[there].objects.length,
    };
  },
  total: (pair, stream) => {
    const selector = oneProperty(stream.pick(stream.pick(pair).objects), stream);
    const count = total(pair, selector);
    return {
      sentence: `There ${count === 1 ? "is" : "are"} exactly ${numbered(count, nounPhrase(selector))} in the two pictures.`,
      holds: (scenes) => total(scenes, selector) === count,
    };
  },
};

function isThere(scene: Scene, selector: Selector): boolean {
  return select(scene, selector).length > 0;
}

function total(pair: ScenePair, selector: Selector): number {
  return pair.reduce((sum, scene) => sum + select(scene, selector).length, 0);
}

/** "two red objects" */
function numbered(count: number, noun: string): string {
  return `${NUMBERS[count] ?? String(count)} ${count === 1 ? noun : plural(noun)}`;
}

/** The colour or the shape of an object. */
function oneProperty({ color, shape }: SceneObject, stream: RandomStream): Selector {
  return stream.uniform() < 0.5 ? { color } : { shape };
}

/** Its colour, its shape or both. */
function propertiesOf(object: SceneObject, stream: RandomStream): Selector {
  const { color, shape } = object;
  return stream.uniform() < 0.33 ? { color, shape } : oneProperty(object, stream);
}

/** A statement about the first picture alone, or the second. */
function ofOne(
  said: (
    scene: Scene,
    stream: RandomStream,
  ) => { readonly words: string; readonly holds: (scene: Scene) => boolean } | null,
): StatementKind {
  return (pair, stream) => {
    const position = stream.pick([0, 1] as const);
    const found = said(pair[position], stream);
    if (found === null) return null;
    return {
      sentence: `The ${POSITIONS[position]} picture ${found.words}.`,
      holds: (scenes) => found.holds(scenes[position]),
    };
  };
}
