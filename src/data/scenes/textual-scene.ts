import type { RandomStream } from "../../random.ts";
import type { Scene, SceneObject } from "./grammar.ts";

/**
 * A scene in words, which is what the language model reads in place of a picture while it learns from text only:
 * "large red circle top left, small blue square bottom", in reading order. With a stream the objects come in any
 * order, and so do the words of each, so that a reader cannot rely on where a word stands, as it cannot with the
 * regions of a picture.
 */
export function textualScene(scene: Scene, stream?: RandomStream): string {
  const objects = stream === undefined ? scene.objects : stream.shuffle(scene.objects);
  return objects.map((object) => textualObject(object, stream)).join(", ");
}

function textualObject({ size, color, shape, place }: SceneObject, stream?: RandomStream): string {
  const words = [size, color, shape, place];
  return (stream === undefined ? words : stream.shuffle(words)).join(" ");
}

/** Mentions of an object in a scattered scene, and the share of its words that a mention leaves out. */
const MENTIONS = { least: 1, most: 4 };
const LEFT_OUT = 0.25;

/**
 * A scene as a heap of partial mentions in any order: "red circle left, small blue, circle large left, …". A picture
 * shows an object in several regions, each telling a part of it; a reader of such heaps has learned to join the parts.
 * Every object is mentioned in full at least once.
 */
export function scatteredScene(scene: Scene, stream: RandomStream): string {
  const mentions = scene.objects.flatMap((object) => {
    const more = stream.integer(MENTIONS.most - MENTIONS.least + 1);
    return [
      textualObject(object, stream),
      ...Array.from({ length: more }, () => partialMention(object, stream)),
    ];
  });
  return stream.shuffle(mentions).join(", ");
}

/** Some of an object's words, its place always among them: a region knows where it is. */
function partialMention({ size, color, shape, place }: SceneObject, stream: RandomStream): string {
  const kept = [size, color, shape].filter(() => stream.uniform() >= LEFT_OUT);
  return stream.shuffle([...kept, place]).join(" ");
}
