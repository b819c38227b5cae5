import type { RandomStream } from "../../../random.ts";
import { nounPhrase, plural, select, withArticle } from "../grammar.ts";
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
const NUMBERS = ["no", "one", "two", "three"] as const;

/** What can be said of two pictures. A further kind of statement is a further row. */
export const STATEMENT_KINDS: Readonly<Record<string, StatementKind>> = {
  shows: ofOne((scene, stream) => {
    const selector = oneProperty(stream.pick(scene.objects), stream);
    return {
      words: `shows ${withArticle(nounPhrase(selector))}`,
      holds: (other) => isThere(other, selector),
    };
  }),
  counts: ofOne((scene) => ({
    words: `shows exactly ${numbered(scene.objects.length, "object")}`,
    holds: (other) => other.objects.length === scene.objects.length,
  })),
  some: ofBoth("At least one picture shows", (count) => count > 0),
  both: ofBoth("Both pictures show", (count) => count === 2),
  onlyOne: ofBoth("Only one picture shows", (count) => count === 1),
};

function isThere(scene: Scene, selector: Selector): boolean {
  return select(scene, selector).length > 0;
}

/** "two objects" */
function numbered(count: number, noun: string): string {
  return `${NUMBERS[count] ?? String(count)} ${count === 1 ? noun : plural(noun)}`;
}

/** The colour or the shape of an object. */
function oneProperty({ color, shape }: SceneObject, stream: RandomStream): Selector {
  return stream.uniform() < 0.5 ? { color } : { shape };
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

/** A statement about the number of the two pictures that show something. */
function ofBoth(words: string, holds: (pictures: number) => boolean): StatementKind {
  return (pair, stream) => {
    const selector = oneProperty(stream.pick(stream.pick(pair).objects), stream);
    return {
      sentence: `${words} ${withArticle(nounPhrase(selector))}.`,
      holds: (scenes) => holds(scenes.filter((scene) => isThere(scene, selector)).length),
    };
  };
}
