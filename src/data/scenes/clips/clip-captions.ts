import type { RandomStream } from "../../../random.ts";
import { changing } from "./clip.ts";
import type { Clip } from "./clip.ts";
import { instruction, verbPhrase } from "./phrases.ts";
import { nameOf } from "./story.ts";
import type { Story } from "./story.ts";

/** How often a caption also says that the other one stays. */
const BOTH = 0.3;

/** What happens in a clip: "Ann moves left.", "Ann moves left and Bob stays." */
export function storyCaption(story: Story, stream: RandomStream): string {
  const told = changing(story.clip).map((actor) => `${nameOf(story, actor)} ${verbPhrase(actor.change)}`);
  const still = story.clip.actors.filter(({ change }) => change === null);
  const stays = still.map((actor) => `${nameOf(story, actor)} stays`);
  return `${[...told, ...(stream.uniform() < BOTH ? stays : [])].join(" and ")}.`;
}

/** What is done in a clip, as a recipe says it: "move the red circle left" */
export function recipe(clip: Clip): string {
  return changing(clip)
    .map(({ object, change }) => instruction(object, change))
    .join(", then ");
}
