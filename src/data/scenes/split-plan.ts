import { RandomStream } from "../../random.ts";
import type { SceneSplit } from "./random-scene.ts";

/** What a split is made from. */
export interface SplitPlan {
  readonly seed: number;
  readonly split: SceneSplit;
  /** Scenes, or clips of each kind. */
  readonly scenes: number;
  readonly questionsPerScene: number;
}

/** The stream from which one aspect of scene `index` is drawn. */
export function sceneStream({ seed, split }: SplitPlan, aspect: string, index: number): RandomStream {
  return new RandomStream(seed, `scenes/${split}/${aspect}/${index}`);
}
