import type { RandomStream } from "../../random.ts";
import type { Scene } from "./grammar.ts";

/** The words that mention one object; a place of two words is one entry. */
export type Mention = readonly string[];

/** The mention of each object of a scene, with further words before it if given. */
export function mentions(scene: Scene, before: Mention = []): readonly Mention[] {
  return scene.objects.map(({ size, color, shape, place }) => [...before, size, color, shape, place]);
}

/**
 * Mentions as one text. With a stream they come in any order, and so do the words of each, so that a reader cannot
 * rely on where a word stands, as it cannot with the regions of a picture.
 */
export function textOfMentions(all: readonly Mention[], stream?: RandomStream): string {
  const spelled = stream === undefined ? all : stream.shuffle(all).map((words) => stream.shuffle(words));
  return spelled.map((words) => words.join(" ")).join(", ");
}

/**
 * A scene in words, which is what the language model reads in place of a picture while it learns from text only:
 * "large red circle top left, small blue square bottom", in reading order or, with a stream, in any.
 */
export function textualScene(scene: Scene, stream?: RandomStream): string {
  return textOfMentions(mentions(scene), stream);
}

/** Two scenes in words, "first large red circle top left, second small blue square bottom", in any order with a stream. */
export function textualPair(pair: readonly [Scene, Scene], stream?: RandomStream): string {
  const [first, second] = pair;
  return textOfMentions([...mentions(first, ["first"]), ...mentions(second, ["second"])], stream);
}
