import type { RandomStream } from "../../../random.ts";
import { changing } from "./clip.ts";
import type { Clip } from "./clip.ts";
import { instruction, verbPhrase } from "./phrases.ts";
import type { Story } from "./story.ts";

/** How two shots are joined. */
const JOINTS = [" and ", ", then "] as const;

/** What happens in a clip, shot by shot: "Ann moves left and Bob stays." */
export function storyCaption(story: Story, stream: RandomStream): string {
  const told = story.roles.map(({ name, actor }) => `${name} ${verbPhrase(actor.change)}`);
  return `${told.join(stream.pick(JOINTS))}.`;
}

/** What is done in a clip, as a recipe says it: "move the red circle left" */
export function recipe(clip: Clip): string {
  return changing(clip)
    .map(({ object, change }) => instruction(object, change))
    .join(", then ");
}
