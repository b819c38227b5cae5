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
export const FRAME_COUNTS = [8, 12] as const;

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
function told(
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

/** The whole seconds of a shot's start or end, before or after its change; of its change; or of all shots. */
export function shotSpan(
  { actors }: Clip,
  duration: number,
  about: { readonly shot: number; readonly moment: Moment | null } | "all",
): readonly [from: number, to: number] {
  if (about === "all") return [0, Math.floor(duration)];
  const [start, end] = CHANGE_TIMES;
  const seconds = (share: number): number => ((about.shot + share) * duration) / actors.length;
  if (about.moment === "start") return [Math.floor(seconds(0)), Math.ceil(seconds(start))];
  if (about.moment === "end") return [Math.floor(seconds(end)), Math.floor(seconds(1))];
  return [Math.floor(seconds(start)), Math.ceil(seconds(end))];
}
