import { caption } from "./caption.ts";
import { tvc, yc2c } from "./clip-captions.ts";
import { how2qa, tvqa } from "./clip-questions.ts";
import { custom } from "./custom.ts";
import { gqa } from "./gqa.ts";
import { nlvr } from "./nlvr.ts";
import type { Task, TaskName } from "./task.ts";
import { vqa } from "./vqa.ts";

/** Every task that can be run, by name. A new task is one file and one entry here. */
export const TASKS = { vqa, gqa, nlvr, caption, tvqa, how2qa, tvc, yc2c, custom } as const satisfies Partial<
  Record<TaskName, Task>
>;
