import type { RandomStream } from "../../../random.ts";
import { mentions, textOfMentions } from "../textual-scene.ts";
import { type Clip, MOMENTS, stateAt } from "./clip.ts";

/**
 * A clip in words, which the language model reads in place of frames while it learns from text only: how each object
 * looks at the moments of its shot, "start small red circle left, end small red circle right, start large blue …".
 * With a stream the mentions come in any order.
 */
export function textualClip(clip: Clip, stream?: RandomStream): string {
  const seen = clip.actors.flatMap((actor) =>
    MOMENTS.flatMap((moment) => mentions({ objects: [stateAt(actor, moment)] }, [moment])),
  );
  return textOfMentions(stream === undefined ? seen : stream.shuffle(seen));
}
