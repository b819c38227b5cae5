export { CAPTION_SOURCE } from "./caption.ts";
export type { Example, LoadOptions, Scores, Target, Task, TaskName, TaskSource, TaskSplit } from "./task.ts";
export { Path } from "./task-source.ts";
export { TASKS } from "./tasks.ts";
export { VQA_SOURCE } from "./vqa.ts";
