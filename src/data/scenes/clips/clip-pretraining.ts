import type { RandomStream } from "../../../random.ts";
import { orderOf, type PairMaker } from "../pretraining-pair.ts";
import { BalancedQuestions } from "../questions.ts";
import type { SplitPlan } from "../split-plan.ts";
import { choicesOf } from "./choices.ts";
import { recipe, storyCaption } from "./clip-captions.ts";
import { momentSpan, plannedClip, type PlannedClip } from "./clip-plan.ts";
import type { ClipDomain } from "./clip-ids.ts";
import { HOW2QA_KINDS, TVQA_KINDS, type ClipQuestionKind } from "./clip-questions.ts";
import { textualClip } from "./textual-clip.ts";

/** A maker of pairs for each video task: the task's text, its prompt at the end, then the clip in words. */
export const CLIP_PRETRAINING = {
  tvqa: (seed) => choicePairs(seed, { task: "tvqa", domain: "tv", kinds: TVQA_KINDS, choices: 5 }),
  how2qa: (seed) => choicePairs(seed, { task: "how2qa", domain: "how2", kinds: HOW2QA_KINDS, choices: 4 }),
  tvc: (seed) => (index, stream) => {
    const planned = plannedClip(trainPlan(seed), "tv", index);
    const { story, duration } = planned;
    const time = `[TS] ([${momentSpan(story.clip, duration, null).join(", ")}])`;
    return { source: clipText(planned, [time], "tvc", stream), target: storyCaption(story, stream) };
  },
  yc2c: (seed) => (index, stream) => {
    const planned = plannedClip(trainPlan(seed), "yc2", index);
    return { source: clipText(planned, [], "yc2c", stream), target: recipe(planned.story.clip) };
  },
} as const satisfies Readonly<Record<string, (seed: number) => PairMaker>>;

function trainPlan(seed: number): SplitPlan {
  return { seed, split: "train", scenes: 0, questionsPerScene: 1 };
}

/** Share of questions without choices, which are answered in words: what is to be understood is the same. */
const WITHOUT_CHOICES = 0.25;

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
    const placed = choicesOf(asked, choices, stream);
    const time = `[TS] (${momentSpan(planned.story.clip, planned.duration, asked.moment).join("-")})`;
    const question = [`[Q] ${asked.question}`, time];
    if (stream.uniform() < WITHOUT_CHOICES) {
      return { source: clipText(planned, question, task, stream), target: asked.answer };
    }
    const listed = placed.choices.map((choice, i) => `a${i}: ${choice}.`);
    const parts = [...question, `[Choices] ${listed.join(" ")}`];
    return { source: clipText(planned, parts, task, stream), target: `a${placed.index}` };
  };
}

function clipText(
  { lines, story }: PlannedClip,
  parts: readonly string[],
  task: string,
  stream: RandomStream,
): string {
  const text = [`[Subs] ${lines.join(" ")}`, ...parts, `${task}:`].join(" ");
  return `${text} ${textualClip(story.clip, orderOf(stream))}`;
}
