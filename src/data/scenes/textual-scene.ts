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
