import type { RandomStream } from "../../../random.ts";
import { events } from "./clip.ts";
import type { Clip } from "./clip.ts";
import { instruction, verbPhrase } from "./phrases.ts";
import { nameOf } from "./story.ts";
import type { Story } from "./story.ts";

/** How often a second event follows with "and then", and a first one begins with "First". */
const RATES = { andThen: 0.3, first: 0.2 };

/** What happens in a clip: "Ann moves left, then Bob disappears." */
export function storyCaption(story: Story, stream: RandomStream): string {
  const parts = events(story.clip).map((actor) => `${nameOf(story, actor)} ${verbPhrase(actor.change)}`);
  if (parts.length < 2) return `${parts.join("")}.`;
  if (stream.uniform() < RATES.first) return `First ${parts.join(", then ")}.`;
  return `${parts.join(stream.uniform() < RATES.andThen ? " and then " : ", then ")}.`;
}

/** What is done in a clip, as a recipe says it: "move the red circle left, then add a blue star" */
export function recipe(clip: Clip): string {
  return events(clip)
    .map(({ object, change }) => instruction(object, change))
    .join(", then ");
}
