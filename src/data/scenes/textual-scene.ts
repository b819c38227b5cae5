import type { RandomStream } from "../../random.ts";
import type { Scene } from "./grammar.ts";

/** The words that mention one object; a place of two words is one entry. */
export type Mention = readonly string[];

/** The mention of each object of a scene, with further words before it if given. */
export function mentions(scene: Scene, before: Mention = []): readonly Mention[] {
  return scene.objects.map(({ size, color, shape, place }) => [...before, size, color, shape, place]);
}

/** Mentions as one text. */
export function textOfMentions(all: readonly Mention[]): string {
  return all.map((words) => words.join(" ")).join(", ");
}

/**
 * A scene in words, which is what the language model reads in place of a picture while it learns from text only:
 * "large red circle top left, small blue square bottom", in reading order. With a stream the objects come in any
 * order, and so do the words of each, so that a reader cannot rely on where a word stands, as it cannot with the
 * regions of a picture.
 */
export function textualScene(scene: Scene, stream?: RandomStream): string {
  const all = mentions(scene);
  if (stream === undefined) return textOfMentions(all);
  return textOfMentions(stream.shuffle(all).map((words) => stream.shuffle(words)));
}

/**
 * Two scenes in words: "first large red circle top left, second small blue square bottom". With a stream the objects
 * come in any order.
 */
export function textualPair(pair: readonly [Scene, Scene], stream?: RandomStream): string {
  const [first, second] = pair;
  const all = [...mentions(first, ["first"]), ...mentions(second, ["second"])];
  return textOfMentions(stream === undefined ? all : stream.shuffle(all));
}
