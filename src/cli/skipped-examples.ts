import type { RunTask, SplitName } from "../config/index.ts";
import type { FeatureSource } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import { splitPart, type TaskSplit } from "../tasks/index.ts";
import type { FeatureSurvey, Surveyed } from "./check/feature-survey.ts";
import { imagesOf } from "./check/split-checks.ts";

/** What --skip-bad does, for the help. */
export const SKIP_BAD =
  "leave out examples whose features are missing or corrupt; reads all features once before anything else";

/** The name of the list of what was left out. */
export const SKIPPED = "skipped.json";

/** An example that was left out, and why. */
export interface SkippedExample {
  readonly task: RunTask;
  readonly split: SplitName;
  readonly id: string;
  readonly image: string;
  readonly reason: string;
}

/** A split of which some examples may be of no use. */
export interface DoubtfulSplit {
  readonly name: RunTask;
  readonly split: SplitName;
  readonly content: TaskSplit;
  readonly features: FeatureSource;
}

/**
 * Reads the features of a split's images once and leaves out the examples whose features are missing, damaged or, for
 * pictures, of another number of rows than most.
 *
 * @throws VlPetError "data" when no example is left.
 */
export async function usableExamples(
  { name, split, content, features }: DoubtfulSplit,
  survey: FeatureSurvey,
  onRead: (done: number, total: number) => void,
): Promise<{ readonly content: TaskSplit; readonly skipped: readonly SkippedExample[] }> {
  const surveyed = await survey.of(features, imagesOf(content), onRead);
  const rows = content.form.visual === "clip" ? null : mostFrequentRows(surveyed);
  const kept: number[] = [];
  const skipped: SkippedExample[] = [];
  for (const [index, { id, images }] of content.examples.entries()) {
    const bad = images.map((image) => ({ image, reason: problemOf(surveyed.get(image), rows) }));
    const first = bad.find(({ reason }) => reason !== null);
    if (first === undefined) kept.push(index);
    else skipped.push({ task: name, split, id, image: first.image, reason: first.reason ?? "" });
  }
  if (kept.length > 0) return { content: skipped.length === 0 ? content : splitPart(content, kept), skipped };
  const [first] = skipped;
  throw new VlPetError("data", "not a single example has features that can be used", {
    where: `tasks.${name}.${split}`,
    received: `${skipped.length} examples without, the first because: ${first?.reason ?? "there are none"}`,
    fix: "name the right places in the task's features",
  });
}

function problemOf(surveyed: Surveyed | undefined, rows: number | null): string | null {
  if (surveyed === undefined) return "there are no features of this image";
  if ("problem" in surveyed) return surveyed.problem;
  if (rows === null || surveyed.rows === rows) return null;
  return `the image has ${surveyed.rows} rows of features, most have ${rows}`;
}

/** Pictures of one batch must have equally many rows. */
function mostFrequentRows(surveyed: ReadonlyMap<string, Surveyed>): number | null {
  const counts = new Map<number, number>();
  for (const found of surveyed.values()) {
    if (!("problem" in found)) counts.set(found.rows, (counts.get(found.rows) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([, a], [, b]) => b - a);
  return most?.[0] ?? null;
}

/** Skipped examples that are shown. */
const SHOWN = 10;

/** The number of skipped examples and the first of them; where the others are listed is `list`. */
export function skippedText(skipped: readonly SkippedExample[], list: string | null): string {
  const shown = skipped
    .slice(0, SHOWN)
    .map(({ task, split, id, reason }) => `  ${task} ${split} ${id}: ${reason}`);
  const more = skipped.length > SHOWN ? [`  and ${skipped.length - SHOWN} more`] : [];
  const where = list === null ? [] : [`  all of them are listed in ${list}`];
  return [`examples left out: ${skipped.length}`, ...shown, ...more, ...where].join("\n");
}
