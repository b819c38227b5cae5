import { VlPetError } from "../error.ts";
import type { Asked, TaskName } from "./task.ts";

/** What each part of a question is called. */
const PARTS: Readonly<Record<keyof Asked, string>> = {
  text: "a question or statement",
  subtitles: "subtitles",
  time: "a time span",
  choices: "answers to choose from",
  parts: "named parts of a text",
};

/**
 * Checks that a task is asked what it needs and nothing it has no use for.
 *
 * @throws VlPetError "config" naming the first part that is missing or has no place.
 */
export function requireAsked(
  task: TaskName,
  asked: Asked,
  accepts: { readonly needed: readonly (keyof Asked)[]; readonly optional?: readonly (keyof Asked)[] },
): void {
  const { needed, optional = [] } = accepts;
  const missing = needed.find((part) => asked[part] === undefined);
  const useless = (Object.keys(asked) as (keyof Asked)[]).find(
    (part) => asked[part] !== undefined && !needed.includes(part) && !optional.includes(part),
  );
  const wrong = missing ?? useless;
  if (wrong === undefined) return;
  const accepted = [
    ...needed.map((part) => PARTS[part]),
    ...optional.map((part) => `${PARTS[part]} (not needed)`),
  ];
  throw new VlPetError(
    "config",
    missing === undefined
      ? `the task ${task} has no use for ${PARTS[wrong]}`
      : `the task ${task} needs ${PARTS[wrong]}`,
    {
      expected: accepted.length === 0 ? "only pictures" : accepted.join(", "),
      fix: missing === undefined ? "leave it out, or name another task" : "add it, or name another task",
    },
  );
}
