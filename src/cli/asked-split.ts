import { loadOptions, type RunConfig, type RunTask, type TaskSettings } from "../config/index.ts";
import { VlPetError } from "../error.ts";
import {
  type Asked,
  type Example,
  type Task,
  TASKS,
  type TaskForm,
  type TaskSource,
  type TaskSplit,
} from "../tasks/index.ts";

/** Something to answer, and what is to be seen with it. */
export interface AskedItem {
  readonly id: string;
  /** Pictures, or one clip. */
  readonly shown: readonly string[];
  readonly asked: Asked;
}

/** What a configuration says about a task beside its features and its prompt; nothing about one it does not have. */
export function taskSource({ tasks }: RunConfig, task: RunTask): TaskSource {
  const { features: _, prompt: __, ...source }: Partial<TaskSettings> = tasks[task] ?? {};
  return source;
}

/** How a task of a run is read and answered. */
export function taskForm(config: RunConfig, task: RunTask): TaskForm {
  return TASKS[task].form(taskSource(config, task), loadOptions(config, task));
}

/**
 * The task that a question is for: the named one; else the only one the model was trained for; else captioning without
 * and answering with a question. A model that names no tasks at all (weights without a run) is taken at its user's word.
 *
 * @throws VlPetError "config" when the model was not trained for it.
 */
export function askedTask({ tasks }: RunConfig, named: RunTask | null, { text }: Asked): RunTask {
  const trained = Object.keys(tasks) as RunTask[];
  const only = trained.length === 1 ? trained[0] : undefined;
  const task = named ?? only ?? (text === undefined ? "caption" : "vqa");
  if (trained.length === 0 || trained.includes(task)) return task;
  throw new VlPetError("config", `this model was not trained for the task ${task}`, {
    received: `a model trained for ${trained.join(", ")}`,
    fix: named === null ? "name one of its tasks with --task" : "name one of its tasks",
  });
}

/**
 * Some questions as a split of a task, without anything to score them by.
 *
 * @throws VlPetError "config" when the task needs something that is not asked or shown, or has no use for something.
 */
export function askedSplit(config: RunConfig, task: RunTask, items: readonly AskedItem[]): TaskSplit {
  const asked: Task = TASKS[task];
  const form = taskForm(config, task);
  const source = taskSource(config, task);
  const options = loadOptions(config, task);
  const examples = items.map((item): Example => {
    requireShown(task, form, item.shown.length);
    return { ...asked.ask(item.asked, source, options), id: item.id, images: item.shown, references: [] };
  });
  return {
    task,
    split: "asked",
    form,
    examples,
    target: () => ({ text: "", weight: 0 }),
    hasTarget: () => false,
    isScorable: false,
    score: () => {
      throw new RangeError("internal: there is nothing to score these answers by");
    },
    resultFile: (predictions) =>
      items
        .flatMap(({ id, asked: { choices = [] } }) => {
          const text = predictions.get(id);
          if (text === undefined) return [];
          return [`${JSON.stringify({ id, prediction: chosenText(text, choices) })}\n`];
        })
        .join(""),
  };
}

function requireShown(task: RunTask, { visual, imageCount = 1 }: TaskForm, count: number): void {
  const wanted = visual === "clip" ? 1 : imageCount;
  if (count === wanted) return;
  const things = visual === "clip" ? "clip" : wanted === 1 ? "picture" : "pictures";
  throw new VlPetError("config", `the task ${task} looks at ${wanted} ${things}`, {
    received: String(count),
    fix: `give ${wanted}, or name another task`,
  });
}

/** A model trained on numbered choices answers "a2": the text of that choice. Any other answer is left as it is. */
export function chosenText(answer: string, choices: readonly string[]): string {
  if (choices.includes(answer)) return answer;
  const [, number] = /^a(\d+)$/.exec(answer) ?? [];
  return choices[Number(number)] ?? answer;
}
