export { annotatorAnswers } from "./annotators.ts";
export { captions } from "./captions.ts";
export { CLIP_DOMAINS, type ClipDomain, clipFiles, clipFolder, subtitlesFile } from "./clips/clip-ids.ts";
export { drawScene } from "./drawing.ts";
export {
  COLORS,
  PLACES,
  type RelationName,
  RELATIONS,
  type Scene,
  sceneKey,
  type SceneObject,
  select,
  type Selector,
  SHAPES,
  SIZES,
} from "./grammar.ts";
export { PRETRAINING_TASKS, pretrainingExamples, type PretrainingTask } from "./pretraining-examples.ts";
export type { TextPair } from "./pretraining-pair.ts";
export { type Asked, BalancedQuestions, type Candidate, type QuestionKind } from "./questions.ts";
export { randomScene, SCENE_SPLITS, type SceneSplit, splitOf } from "./random-scene.ts";
export { sceneFiles, sceneImageId, sceneImageName, sceneStem } from "./scene-ids.ts";
export { SCENE_KINDS, type SceneKind, type ScenesOptions, type ScenesSettings } from "./scenes-settings.ts";
export { textualScene } from "./textual-scene.ts";
export { writeScenes } from "./write-scenes.ts";
