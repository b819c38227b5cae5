export { type CaptionedImage, readCaptions } from "./captions.ts";
export { resampledClip } from "./clip-frames.ts";
export {
  type FeatureOptions,
  type FeatureSource,
  hdf5Features,
  imageFeatures,
  type ImageEncoder,
  openFeatures,
  requireImages,
} from "./features.ts";
export { type Features, readFeatures, writeFeatures } from "./hdf5.ts";
export { imageStem } from "./image-name.ts";
export { joinedFeatures } from "./joined-features.ts";
export { readJson, readJsonLines, type Schema } from "./json-file.ts";
export { exampleOrder, pythonShuffle, taskSequence, type TaskSampling, torchPermutation } from "./order.ts";
export {
  holdsBestAnswer,
  type QuestionAnnotation,
  readAnnotations,
  readVocabulary,
  softScores,
} from "./question-annotations.ts";
export { replaceFile } from "./replace-file.ts";
export {
  type OfficialOptions,
  readOfficialQuestions,
  readQuestionList,
  type VisualQuestion,
} from "./visual-questions.ts";
