import type { RandomStream } from "../../../random.ts";
import { orderOf, type PairMaker } from "../pretraining-pair.ts";
import { BalancedQuestions } from "../questions.ts";
import type { SplitPlan } from "../split-plan.ts";
import { BalancedPositions } from "./choices.ts";
import { events } from "./clip.ts";
import { recipe, storyCaption } from "./clip-captions.ts";
import { changeSpan, plannedClip, type PlannedClip } from "./clip-plan.ts";
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
    const halves = events(story.clip).map(({ half }) => half);
    const time = `[TS] ([${changeSpan(duration, halves).join(", ")}])`;
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

/**
 * Shares of questions without choices, which are answered in words, and of questions whose answer stands in place of
 * the clip, so that only the choice is left: the two halves of the task, each easier to learn than the whole.
 */
const STEPS = { withoutChoices: 0.25, withoutClip: 0.25 };

interface ChoiceTask {
  readonly task: string;
  readonly domain: ClipDomain;
  readonly kinds: Readonly<Record<string, ClipQuestionKind>>;
  readonly choices: number;
}

function choicePairs(seed: number, { task, domain, kinds, choices }: ChoiceTask): PairMaker {
  const questions = new BalancedQuestions(kinds);
  const positions = new BalancedPositions(choices);
  return (index, stream) => {
    const planned = plannedClip(trainPlan(seed), domain, index);
    const [asked] = questions.ask(planned.story, 1, stream);
    if (asked === undefined) throw new RangeError("internal: nothing can be asked about a clip");
    const placed = positions.place(asked.answer, asked.wrong, stream);
    const time = `[TS] (${changeSpan(planned.duration, [asked.half]).join("-")})`;
    const question = [`[Q] ${asked.question}`, time];
    const choicesText = `[Choices] ${placed.choices.map((choice, i) => `a${i}: ${choice}`).join(" ")}`;
    const target = `a${placed.index}`;
    const step = stream.uniform();
    if (step < STEPS.withoutChoices) {
      return { source: clipText(planned, question, task, stream), target: asked.answer };
    }
    if (step < STEPS.withoutChoices + STEPS.withoutClip) {
      return { source: `${questionText(planned, [...question, choicesText], task)} ${asked.answer}`, target };
    }
    return { source: clipText(planned, [...question, choicesText], task, stream), target };
  };
}

function questionText({ lines }: PlannedClip, parts: readonly string[], task: string): string {
  return [`[Subs] ${lines.join(" ")}`, ...parts, `${task}:`].join(" ");
}

function clipText(
  planned: PlannedClip,
  parts: readonly string[],
  task: string,
  stream: RandomStream,
): string {
  return `${questionText(planned, parts, task)} ${textualClip(planned.story.clip, orderOf(stream))}`;
}
