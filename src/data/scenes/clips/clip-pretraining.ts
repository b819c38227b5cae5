import type { RandomStream } from "../../../random.ts";
import { orderOf, type PairMaker } from "../pretraining-pair.ts";
import { BalancedQuestions } from "../questions.ts";
import type { SplitPlan } from "../split-plan.ts";
import { choicesOf } from "./choices.ts";
import { recipe, storyCaption } from "./clip-captions.ts";
import { shotSpan, plannedClip, type PlannedClip } from "./clip-plan.ts";
import type { ClipDomain } from "./clip-ids.ts";
import { HOW2QA_KINDS, TVQA_KINDS, type ClipQuestionKind } from "./clip-questions.ts";
import { textualClip } from "./textual-clip.ts";

/**
 * A maker of pairs for each video task: the task's text, its prompt at the end, then the clip in words. A clip has one
 * question of those that an annotated clip has several of.
 */
export const CLIP_PRETRAINING = {
  tvqa: (seed) => choicePairs(seed, { task: "tvqa", domain: "tv", kinds: TVQA_KINDS, choices: 5 }),
  how2qa: (seed) => choicePairs(seed, { task: "how2qa", domain: "how2", kinds: HOW2QA_KINDS, choices: 4 }),
  tvc: (seed) => (index, stream) => {
    const planned = plannedClip(trainPlan(seed), "tv", index);
    const { story, duration } = planned;
    const time = `[TS] ([${shotSpan(story.clip, duration, "all").join(", ")}])`;
    return {
      source: textAbout(planned, [time, "tvc:", clipWords(planned, stream)]),
      target: storyCaption(story, stream),
    };
  },
  yc2c: (seed) => (index, stream) => {
    const planned = plannedClip(trainPlan(seed), "yc2", index);
    return {
      source: textAbout(planned, ["yc2c:", clipWords(planned, stream)]),
      target: recipe(planned.story.clip),
    };
  },
} as const satisfies Readonly<Record<string, (seed: number) => PairMaker>>;

function trainPlan(seed: number): SplitPlan {
  return { seed, split: "train", scenes: 0, questionsPerScene: 1 };
}

/**
 * Shares of pairs that practise one half of a question with choices: to find what is asked for, where no choices are
 * given and the answer is a word; and to look up its number, where the answer itself stands in place of the clip.
 */
const HALVES = { find: 0.25, lookUp: 0.25 };

interface ChoiceTask {
  readonly task: string;
  readonly domain: ClipDomain;
  readonly kinds: Readonly<Record<string, ClipQuestionKind>>;
  readonly choices: number;
}

function choicePairs(seed: number, { task, domain, kinds, choices }: ChoiceTask): PairMaker {
  const questions = new BalancedQuestions(kinds);
  return (index, stream) => {
    const planned = plannedClip(trainPlan(seed), domain, index);
    const [asked] = questions.ask(planned.story, 1, stream);
    if (asked === undefined) throw new RangeError("internal: nothing can be asked about a clip");
    const time = `[TS] (${shotSpan(planned.story.clip, planned.duration, asked).join("-")})`;
    const question = [`[Q] ${asked.question}`, time];
    const placed = choicesOf(asked, choices, stream);
    const listed = `[Choices] ${placed.choices.map((choice, i) => `a${i}: ${choice}.`).join(" ")}`;
    const clip = clipWords(planned, stream);
    const roll = stream.uniform();
    if (roll < HALVES.find) {
      return { source: textAbout(planned, [...question, `${task}:`, clip]), target: asked.answer };
    }
    const seen = roll < HALVES.find + HALVES.lookUp ? asked.answer : clip;
    return {
      source: textAbout(planned, [...question, listed, `${task}:`, seen]),
      target: `a${placed.index}`,
    };
  };
}

function textAbout({ lines }: PlannedClip, parts: readonly string[]): string {
  return [`[Subs] ${lines.join(" ")}`, ...parts].join(" ");
}

function clipWords({ story }: PlannedClip, stream: RandomStream): string {
  return textualClip(story.clip, orderOf(stream));
}
