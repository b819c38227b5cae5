export { CAPTION_SOURCE } from "./caption.ts";
export { CLIP_SOURCE } from "./clip-source.ts";
export { CUSTOM_SOURCE } from "./custom.ts";
export { CUSTOM_METRICS } from "./custom-metrics.ts";
export { GQA_SOURCE } from "./gqa.ts";
export { NLVR_SOURCE } from "./nlvr.ts";
export { cellText, cellTexts } from "./row-cells.ts";
export { splitPart, topkPart } from "./split-part.ts";
export {
  type Answer,
  type Asked,
  type Behaviour,
  BEHAVIOURS,
  type Example,
  type LoadOptions,
  type Scores,
  type Target,
  type Task,
  type TaskForm,
  type TaskName,
  type TaskSource,
  type TaskSplit,
} from "./task.ts";
export { Path, Paths } from "./task-source.ts";
export { TASKS } from "./tasks.ts";
export { VQA_SOURCE } from "./vqa.ts";
