import { caption } from "./caption.ts";
import { custom } from "./custom.ts";
import type { Task, TaskName } from "./task.ts";
import { vqa } from "./vqa.ts";

/** Every task that can be run, by name. A new task is one file and one entry here. */
export const TASKS = { vqa, caption, custom } as const satisfies Partial<Record<TaskName, Task>>;
