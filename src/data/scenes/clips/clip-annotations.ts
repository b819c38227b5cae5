/** The annotations of a split's clips in the formats of the VALUE benchmark, one record a line. */

import { BalancedQuestions } from "../questions.ts";
import type { SplitPlan } from "../split-plan.ts";
import { choicesOf } from "./choices.ts";
import { recipe, storyCaption } from "./clip-captions.ts";
import { clipId, type ClipDomain } from "./clip-ids.ts";
import { shotSpan, clipStream, plannedClip, type PlannedClip } from "./clip-plan.ts";
import { HOW2QA_KINDS, TVQA_KINDS, type ClipQuestionKind } from "./clip-questions.ts";
import { subtitles, type Subtitle } from "./story.ts";

/** A question with the choices `a0`, `a1` and so on. */
export interface ChoiceQuestion {
  readonly qid: number;
  readonly q: string;
  readonly [choice: `a${number}`]: string;
  readonly answer_idx: number;
  /** Seconds, "3-9". */
  readonly ts: string;
  readonly vid_name: string;
  /** TVQA only. */
  readonly show_name?: string;
}

export interface TvcClip {
  readonly vid_name: string;
  readonly duration: number;
  readonly ts: readonly [number, number];
  readonly clip_id: number;
  readonly descs: readonly { readonly desc: string; readonly desc_id: number; readonly type: "vt" }[];
}

export interface Yc2cClip {
  readonly vid_name: string;
  readonly clip_id: number;
  readonly duration: number;
  readonly descs: readonly { readonly desc: string; readonly desc_id: number }[];
}

export interface ClipSubtitles {
  readonly vid_name: string;
  readonly sub: readonly Subtitle[];
}

const SHOWS = ["Shape Street", "Corner House", "Round Table"] as const;

/** Captions of a tv clip, as in TVC: two to train on, four to compare with. */
const TVC_CAPTIONS = { train: 2, valid: 4, test: 4 } as const;

/** Every clip of a split, in order. */
function clipsOf(plan: SplitPlan, domain: ClipDomain): readonly PlannedClip[] {
  return Array.from({ length: plan.scenes }, (_, index) => plannedClip(plan, domain, index));
}

/** Questions about clips with five choices, as in TVQA. */
export function tvqaQuestions(plan: SplitPlan): readonly ChoiceQuestion[] {
  return choiceQuestions(plan, { domain: "tv", kinds: TVQA_KINDS, choices: 5, shows: SHOWS });
}

/** Questions about clips with four choices, as in How2QA. */
export function how2qaQuestions(plan: SplitPlan): readonly ChoiceQuestion[] {
  return choiceQuestions(plan, { domain: "how2", kinds: HOW2QA_KINDS, choices: 4, shows: [] });
}

interface ChoiceBenchmark {
  readonly domain: ClipDomain;
  readonly kinds: Readonly<Record<string, ClipQuestionKind>>;
  readonly choices: number;
  /** The shows that clips are taken to be of, in turn; none for a benchmark that names none. */
  readonly shows: readonly string[];
}

function choiceQuestions(plan: SplitPlan, benchmark: ChoiceBenchmark): readonly ChoiceQuestion[] {
  const { domain, kinds, shows } = benchmark;
  const balanced = new BalancedQuestions(kinds);
  return clipsOf(plan, domain).flatMap(({ name, story, duration }, clip) => {
    const stream = clipStream(plan, domain, "questions", clip);
    const show = shows[clip % shows.length];
    return balanced.ask(story, plan.questionsPerScene, stream).map((asked, i) => {
      const { choices, index } = choicesOf(asked, benchmark.choices, stream);
      const question = {
        qid: clipId(plan.split, clip) * 10 + i,
        q: asked.question,
        answer_idx: index,
        ts: shotSpan(story.clip, duration, asked).join("-"),
        vid_name: name,
      };
      const texts = choices.map((choice, position) => [`a${position}`, choice] as const);
      return Object.assign(
        question,
        Object.fromEntries(texts),
        show === undefined ? {} : { show_name: show },
      );
    });
  });
}

/** Clips with captions, as in TVC. */
export function tvcClips(plan: SplitPlan): readonly TvcClip[] {
  return clipsOf(plan, "tv").map(({ name, story, duration }, index) => {
    const stream = clipStream(plan, "tv", "captions", index);
    const clip_id = clipId(plan.split, index);
    return {
      vid_name: name,
      duration,
      ts: shotSpan(story.clip, duration, "all"),
      clip_id,
      descs: Array.from({ length: TVC_CAPTIONS[plan.split] }, (_, i) => ({
        desc: storyCaption(story, stream),
        desc_id: clip_id * 10 + i,
        type: "vt" as const,
      })),
    };
  });
}

/** Clips with one caption each, as in YC2C. */
export function yc2cClips(plan: SplitPlan): readonly Yc2cClip[] {
  return clipsOf(plan, "yc2").map(({ name, story, duration }, index) => {
    const clip_id = clipId(plan.split, index);
    const descs = [{ desc: recipe(story.clip), desc_id: clip_id * 10 }];
    return { vid_name: name, clip_id, duration, descs };
  });
}

/** What is said in the clips of a domain. */
export function clipSubtitles(plan: SplitPlan, domain: ClipDomain): readonly ClipSubtitles[] {
  return clipsOf(plan, domain).map(({ name, lines, duration }) => ({
    vid_name: name,
    sub: subtitles(lines, duration),
  }));
}
