import { nearest, type RunTask } from "../config/index.ts";
import { VlPetError } from "../error.ts";
import { TASKS } from "../tasks/index.ts";

/** The task of this name. @throws VlPetError "config" naming the nearest one; `where` is the option it came from. */
export function taskName(name: string, where: string): RunTask {
  const known = Object.keys(TASKS);
  if (known.includes(name)) return name as RunTask;
  const guess = nearest(name, known);
  throw new VlPetError("config", `there is no task "${name}"`, {
    where,
    expected: `one of ${known.join(", ")}`,
    fix: guess === null ? "name one of them" : `did you mean "${guess}"?`,
  });
}

/** The tasks of a list such as `vqa,caption`, given with --tasks; null without one. @throws VlPetError as `taskName`. */
export function taskNames(list: string | undefined): readonly RunTask[] | null {
  return list?.split(",").map((name) => taskName(name, `--tasks ${list}`)) ?? null;
}
