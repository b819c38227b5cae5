import { RandomStream } from "../../random.ts";
import { otherWords } from "./annotators.ts";
import { caption } from "./captions.ts";
import { CLIP_PRETRAINING } from "./clips/clip-pretraining.ts";
import { COMPOSITIONAL_KINDS } from "./gqa/compositional-kinds.ts";
import type { Scene } from "./grammar.ts";
import { statementSet } from "./nlvr/nlvr-file.ts";
import { STATEMENT_KINDS } from "./nlvr/statements.ts";
import { QUESTION_KINDS } from "./question-kinds.ts";
import { BalancedQuestions } from "./questions.ts";
import { orderOf, type PairMaker, type TextPair } from "./pretraining-pair.ts";
import { randomScene } from "./random-scene.ts";
import { textualPair, textualScene } from "./textual-scene.ts";

/** Share of answers in other words. */
const OTHER_WORDS = 0.08;
/** Share of pairs of pictures one of which is asked about, to learn which words are about which. */
const QUESTIONS = 0.4;

/** A maker of pairs for each task, from scenes (or clips) of a seed. */
const PRETRAINING = {
  caption: (seed) => (index, stream) => {
    const scene = randomScene(seed, "train", index);
    return { source: `caption: ${sceneWords(scene, stream)}`, target: caption(scene, stream) };
  },
  vqa: (seed) => {
    const questions = new BalancedQuestions(QUESTION_KINDS);
    return (index, stream) => {
      const scene = randomScene(seed, "train", index);
      const { question, answer } = questions.ask(scene, 1, stream)[0] ?? nothing("question");
      const target = stream.uniform() < OTHER_WORDS ? otherWords(answer, stream) : answer;
      return { source: `vqa: ${question} ${sceneWords(scene, stream)}`, target };
    };
  },
  gqa: (seed) => {
    const questions = new BalancedQuestions(COMPOSITIONAL_KINDS);
    return (index, stream) => {
      const scene = randomScene(seed, "train", index);
      const { question, answer } = questions.ask(scene, 1, stream)[0] ?? nothing("question");
      return { source: `gpa: ${question} ${sceneWords(scene, stream)}`, target: answer };
    };
  },
  nlvr: (seed) => {
    const kinds = Object.keys(STATEMENT_KINDS);
    const questions = new BalancedQuestions(QUESTION_KINDS);
    const plan = { seed, split: "train", scenes: 100_000, questionsPerScene: 1 } as const;
    return (index, stream) => {
      const kind = kinds[index % kinds.length] ?? "";
      const { sentence, pairs } = statementSet(plan, kind, stream) ?? nothing(kind);
      const { scenes, label } = stream.pick(pairs);
      const words = textualPair(scenes, orderOf(stream));
      if (stream.uniform() >= QUESTIONS) {
        return { source: `nlvr: ${sentence} ${words}`, target: label === 1 ? "true" : "false" };
      }
      const [position, scene] = stream.pick([
        ["first", scenes[0]],
        ["second", scenes[1]],
      ] as const);
      const { question, answer } = questions.ask(scene, 1, stream)[0] ?? nothing("question");
      return { source: `nlvr: The ${position} picture: ${question} ${words}`, target: answer };
    };
  },
  ...CLIP_PRETRAINING,
} as const satisfies Readonly<Record<string, (seed: number) => PairMaker>>;

/** The tasks that there are texts for. */
export type PretrainingTask = keyof typeof PRETRAINING;
/** In the order of the table. */
export const PRETRAINING_TASKS = Object.keys(PRETRAINING) as readonly PretrainingTask[];

/**
 * What the language model learns a task from before it ever meets a picture or a clip: scenes in words after the
 * task's own text. The scenes are of the training split's kind, so no held-out one is among them. Deterministic in
 * the seed.
 */
export function pretrainingExamples(task: PretrainingTask, seed: number, count: number): readonly TextPair[] {
  const make: PairMaker = PRETRAINING[task](seed);
  return Array.from({ length: count }, (_, i) => make(i, new RandomStream(seed, `pretraining:${task}:${i}`)));
}

function nothing(kind: string): never {
  throw new RangeError(`internal: no ${kind} of a scene`);
}

/** The objects in any order; half of the time their words too, as the regions of a picture come in no order either. */
function sceneWords(scene: Scene, stream: RandomStream): string {
  return textualScene({ objects: stream.shuffle(scene.objects) }, orderOf(stream));
}
