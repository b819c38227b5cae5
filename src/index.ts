/** VL-PET as a library: models, tuning methods, training, tasks, metrics, files, errors. */
export { VlPetError, type ErrorKind, type ErrorParts } from "./error.ts";
export { RandomStream } from "./random.ts";

export {
  BACKBONES,
  BackboneConfig,
  visualLayout,
  type Backbone,
  type VisualLayout,
} from "./backbones/index.ts";
export { SITES, type SiteCall, type SiteHook, type SiteHooks, type SiteName } from "./nn/index.ts";
export { GRANULARITIES, METHODS, PetConfig, type Granularity, type Method, type Plan } from "./pet/index.ts";

export { loadTokenizer, PROMPTS, type Tokenizer } from "./text/index.ts";
export {
  hdf5Features,
  imageFeatures,
  openFeatures,
  openPackedStore,
  packFeatures,
  prefetchedFeatures,
  readFeatures,
  requireImages,
  verifyPacked,
  writeFeatures,
  type Features,
  type FeatureSource,
  type ListedSource,
  type PackedStore,
  type StoredFeatures,
  type ImageEncoder,
} from "./data/index.ts";
export { PATCH_WIDTH, patchFeatures } from "./data/patch-features.ts";
export { TASKS, type Example, type Scores, type Task, type TaskName, type TaskSplit } from "./tasks/index.ts";

export {
  modelRequest,
  PRESETS,
  resolveConfig,
  RunConfig,
  type ConfigSources,
  type PresetName,
  type RunConfigInput,
} from "./config/index.ts";
export { ADAMW, type AdamwSettings } from "./optim/index.ts";
export { model, type Model, type ModelConfig } from "./train/model.ts";
export { modelSummary, type ModelSummary } from "./train/model-summary.ts";
export { modelSession, type ModelSession, type ModelSessionRequest } from "./train/session.ts";
export type { TaskData } from "./train/task-data.ts";
export {
  plannedRun,
  trainingRun,
  type CourseSettings,
  type TrainingRunRequest,
} from "./train/training-run.ts";
export type { TrainingEvent } from "./train/trainer.ts";
export { evaluated, predictions, type GenerationSettings, type PredictRequest } from "./train/evaluate.ts";
export { readAdapterConfig, writeAdapter, type AdapterConfig } from "./train/adapter-folder.ts";
export { openTensors, writeSafetensors, type TensorData, type TensorFile } from "./files/index.ts";
export {
  extractFeatures,
  type ExtractedFeatures,
  type FeatureExtraction,
} from "./train/extraction/extract-features.ts";
export { visionSession, type VisionSession, type VisionSessionRequest } from "./train/vision-session.ts";
export {
  VISION,
  VisionConfig,
  visionEncoder,
  type VisionEncoder,
  type VisionOutput,
} from "./vision/index.ts";
export { openRunLog, type LogRecord, type RunLog } from "./track/index.ts";
export * from "./metrics/index.ts";
