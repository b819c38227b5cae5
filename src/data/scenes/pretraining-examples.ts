import { RandomStream } from "../../random.ts";
import { otherWords } from "./annotators.ts";
import { caption } from "./captions.ts";
import type { Scene } from "./grammar.ts";
import { BalancedQuestions } from "./questions.ts";
import { randomScene } from "./random-scene.ts";
import { textualScene } from "./textual-scene.ts";

/** A text to read and the text to write. */
export interface TextPair {
  readonly source: string;
  readonly target: string;
}

/** Shares of captions among all pairs, of scenes whose words keep their order, and of answers in other words. */
const RATES = { caption: 0.4, orderly: 0.5, otherWords: 0.08 };

/**
 * What the language model learns from before it ever meets a picture: scenes in words, described or asked about. The
 * scenes are of the training split's kind, so no held-out scene is among them. Deterministic in the seed.
 */
export function pretrainingExamples(seed: number, count: number): readonly TextPair[] {
  const questions = new BalancedQuestions();
  return Array.from({ length: count }, (_, i) => {
    const stream = new RandomStream(seed, `pretraining:${i}`);
    const scene = randomScene(seed, "train", i);
    const words = sceneWords(scene, stream);
    const [question] = stream.uniform() < RATES.caption ? [] : questions.ask(scene, 1, stream);
    if (question === undefined) return { source: `caption: ${words}`, target: caption(scene, stream) };
    const reworded = stream.uniform() < RATES.otherWords;
    const target = reworded ? otherWords(question.answer, stream) : question.answer;
    return { source: `vqa: ${question.question} ${words}`, target };
  });
}

/** The objects in any order; half of the time their words too, as the regions of a picture come in no order either. */
function sceneWords(scene: Scene, stream: RandomStream): string {
  const shuffled = { objects: stream.shuffle(scene.objects) };
  return stream.uniform() < RATES.orderly ? textualScene(shuffled) : textualScene(shuffled, stream);
}
