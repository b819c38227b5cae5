import type { RandomStream } from "../../../random.ts";
import { textOfMentions } from "../textual-scene.ts";
import { MOMENTS, stateAt } from "./clip.ts";
import type { Clip } from "./clip.ts";

/**
 * A clip in words, which the language model reads in place of frames while it learns from text only: what is to be
 * seen at each moment, "start red circle left, start blue star top, end red circle right, …". With a stream the
 * mentions come in any order. Only of an object whose size changes is the size told: the texts are long enough.
 */
export function textualClip(clip: Clip, stream?: RandomStream): string {
  const seen = MOMENTS.flatMap((moment) =>
    clip.actors.flatMap((actor) => {
      const object = stateAt(actor, moment);
      if (object === null) return [];
      const resizes = actor.change?.kind === "grow" || actor.change?.kind === "shrink";
      const { size, color, shape, place } = object;
      return [[moment, ...(resizes ? [size] : []), color, shape, place]];
    }),
  );
  return textOfMentions(stream === undefined ? seen : stream.shuffle(seen));
}
