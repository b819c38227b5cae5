import type { StateKeys } from "./state-keys.ts";

/** Maps that come once for each task, and which of a module's two maps each name belongs to. */
const MAPS = [
  ["down", /^(?:.*)\.(?:adapters\.\w+\.down_sampler\.(?:weight|W|W_left)|lora_As\.\w+)$/],
  ["up", /^(?:.*)\.(?:adapters\.\w+\.up_sampler\.(?:weight|W|W_left)|lora_Bs\.\w+)$/],
] as const;

const TASK = /\.(adapters|lora_As|lora_Bs|prompts)\.(\w+)/;

/** The names of the tasks that modules were built for, in the file's order. */
export function foundTasks(keys: StateKeys): readonly string[] {
  return keys.texts(/\.(?:adapters|lora_As|lora_Bs|prompts|task_to_embeddings)\.(\w+)/);
}

/** Whether the first two tasks have one tensor in all places that fit. */
async function areShared(keys: StateKeys, map: RegExp): Promise<boolean> {
  const [first, second] = foundTasks(keys);
  if (first === undefined || second === undefined) return true;
  const names = keys.names(map).filter((name) => TASK.exec(name)?.[2] === first);
  for (const name of names) {
    if (!(await keys.areTied(name, name.replace(TASK, `.$1.${second}`)))) return false;
  }
  return true;
}

/** What tasks share of modules with a down and an up map. */
export async function foundShare(keys: StateKeys): Promise<"tasks" | "none" | "down" | "up"> {
  const [down, up] = await Promise.all(MAPS.map(([, map]) => areShared(keys, map)));
  if (down === true && up === true) return "tasks";
  if (down === true) return "down";
  return up === true ? "up" : "none";
}

/** Whether all tasks have one prompt. */
export async function foundPromptShare(keys: StateKeys): Promise<"tasks" | "none"> {
  return (await areShared(keys, /\.prompts\.\w+\.prefix_embedding\.1\.weight$/)) ? "tasks" : "none";
}
