import { sceneStream, type SplitPlan } from "../split-plan.ts";
import type { RandomStream } from "../../../random.ts";
import type { Clip, Moment } from "./clip.ts";
import { FRAME_SECONDS } from "./clip-features.ts";
import { clipName, type ClipDomain } from "./clip-ids.ts";
import { CHANGE_TIMES } from "./clip-picture.ts";
import { randomClip } from "./random-clip.ts";
import { namedStory, plainStory } from "./story.ts";
import type { Story } from "./story.ts";

/** Frames of a clip: from the first number to the second. */
export const FRAME_COUNTS = [6, 18] as const;

/** Said over clips without names; none of it is about what is to be seen. */
const REMARKS = ["Watch this.", "Now it is your turn.", "This is easy.", "Let us start."] as const;

/** One clip of a split: what happens, how long it takes, what is said. */
export interface PlannedClip {
  readonly name: string;
  readonly story: Story;
  readonly frames: number;
  /** Seconds. */
  readonly duration: number;
  /** What is said, line by line. */
  readonly lines: readonly string[];
}

/** The stream from which one aspect of a clip is drawn. */
export function clipStream(plan: SplitPlan, domain: ClipDomain, aspect: string, index: number): RandomStream {
  return sceneStream(plan, `clips/${domain}/${aspect}`, index);
}

/** Clip `index` of a split: a pure function of its arguments. */
export function plannedClip(plan: SplitPlan, domain: ClipDomain, index: number): PlannedClip {
  const clip: Clip = randomClip(plan.seed, domain, plan.split, index);
  const stream = clipStream(plan, domain, "story", index);
  const [least, most] = FRAME_COUNTS;
  const frames = least + stream.integer(most - least + 1);
  const { story, lines } = told(clip, domain, stream);
  return {
    name: clipName(domain, plan.split, index),
    story,
    frames,
    duration: frames * FRAME_SECONDS,
    lines,
  };
}

/** A clip of a domain in its words. Only in the tv domain do the lines say something that the frames do not show. */
export function told(
  clip: Clip,
  domain: ClipDomain,
  stream: RandomStream,
): { readonly story: Story; readonly lines: readonly string[] } {
  if (domain === "tv") {
    const { lines, ...story } = namedStory(clip, stream);
    return { story, lines };
  }
  const lines = stream.uniform() < 0.5 ? [] : [stream.pick(REMARKS)];
  return { story: plainStory(clip, stream), lines };
}

/** The whole seconds of a clip's start or end, before or after its change; or of the change. */
export function momentSpan(
  { half }: Clip,
  duration: number,
  moment: Moment | null,
): readonly [from: number, to: number] {
  const [start, end] = CHANGE_TIMES[half];
  if (moment === "start") return [0, Math.ceil(start * duration)];
  if (moment === "end") return [Math.floor(end * duration), Math.floor(duration)];
  return [Math.floor(start * duration), Math.ceil(end * duration)];
}
