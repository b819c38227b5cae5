export { blankFeatures } from "./blank-features.ts";
export { type CaptionedImage, readCaptions } from "./captions.ts";
export { resampledClip } from "./clip-frames.ts";
export { type ClipQuestion, readClipQuestions, withoutStops } from "./clip-questions.ts";
export { type ClipDescription, type DescribedClip, readDescribedClips } from "./described-clips.ts";
export {
  FEATURE_FORMATS,
  type FeatureFormat,
  type FeatureFormatName,
  type OpenOptions,
} from "./feature-formats.ts";
export type {
  FeatureOptions,
  Features,
  FeatureSource,
  ImageEncoder,
  ListedSource,
  StoredFeatures,
} from "./feature-source.ts";
export type { PrefetchOptions } from "./feature-messages.ts";
export { photoEncoder, type PhotoEncoding } from "./photo-encoding.ts";
export { prefetchedFeatures } from "./feature-worker.ts";
export { openFeatures, requireImages } from "./features.ts";
export { hdf5Features } from "./formats/hdf5-images.ts";
export { imageFeatures } from "./formats/photos.ts";
export { readFeatures, writeFeatures } from "./hdf5.ts";
export { type GqaQuestionRecord, type GqaTypes, readGqaQuestions } from "./gqa-questions.ts";
export { clipName, imageStem } from "./image-name.ts";
export { type PairStatement, readOfficialStatements, readStatementList } from "./image-pairs.ts";
export { type EpochOrder, originalOrder, seededOrder } from "./epoch-order.ts";
export { joinedFeatures } from "./joined-features.ts";
export { readJson, readJsonLines, type Schema } from "./json-file.ts";
export { jsonStart } from "./json-start.ts";
export { exampleOrder, pythonShuffle, taskSequence, type TaskSampling, torchPermutation } from "./order.ts";
export {
  holdsBestAnswer,
  type QuestionAnnotation,
  readAnnotations,
  readVocabulary,
  softScores,
} from "./question-annotations.ts";
export { replaceFile } from "./replace-file.ts";
export { type ClipSubtitles, joinedSubtitles, readSubtitles } from "./subtitles.ts";
export { readRows, type Row } from "./row-file.ts";
export { readText } from "./text-file.ts";
export {
  type OfficialOptions,
  readOfficialQuestions,
  readQuestionLists,
  type VisualQuestion,
} from "./visual-questions.ts";
export { packFeatures, type PackOptions, type PackProgress } from "./packed/pack.ts";
export type { PackReport } from "./packed/pack-plan.ts";
export { openPackedStore, type PackedStore } from "./packed/packed-store.ts";
export type { PackedLayout, PackedType } from "./packed/layout.ts";
export { verifyPacked, type VerifyOptions, type VerifyReport } from "./packed/verify.ts";
