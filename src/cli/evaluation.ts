import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunConfig, RunTask, SplitName } from "../config/index.ts";
import { replaceFile } from "../data/index.ts";
import { type Scores, TASKS } from "../tasks/index.ts";
import { writeJson } from "../train/adapter-folder.ts";
import { predictions } from "../train/evaluate.ts";
import type { ModelSession } from "../train/session.ts";
import type { TaskData } from "../train/task-data.ts";
import { progressBar } from "./progress.ts";
import { table } from "./table.ts";

/** What a model wrote for one split of a task, and how good it is; null where there is nothing to compare with. */
export interface TaskEvaluation {
  readonly task: RunTask;
  readonly split: SplitName;
  readonly data: TaskData;
  readonly predictions: ReadonlyMap<string, string>;
  readonly scores: Scores | null;
}

export interface EvaluationRequest {
  readonly session: ModelSession;
  readonly data: ReadonlyMap<RunTask, TaskData>;
  readonly split: SplitName;
  readonly config: RunConfig;
  /** Only the first so many examples of each task. */
  readonly limit?: number;
  readonly quiet: boolean;
  readonly signal: AbortSignal;
}

/** Predicts and scores a split of several tasks. Throws the signal's reason when it is aborted. */
export async function evaluations(request: EvaluationRequest): Promise<readonly TaskEvaluation[]> {
  const made: TaskEvaluation[] = [];
  for (const [task, data] of request.data) made.push(await evaluation(request, task, data));
  return made;
}

async function evaluation(
  request: EvaluationRequest,
  task: RunTask,
  data: TaskData,
): Promise<TaskEvaluation> {
  const { session, split, config, limit, quiet, signal } = request;
  const { batchSize, ...settings } = config.generation;
  const progress = progressBar(`${task} ${split}`, { quiet });
  try {
    const texts = await predictions({
      reader: session.reader,
      generator: session.generator,
      data,
      settings,
      batchSize,
      signal,
      onProgress: (done, total) => progress.show(done, total, ""),
      ...(limit === undefined ? {} : { limit }),
    });
    const isScorable = data.split.examples.some(({ references }) => references.length > 0);
    return { task, split, data, predictions: texts, scores: isScorable ? data.split.score(texts) : null };
  } finally {
    progress.stop();
  }
}

/** Scores of one task as they are written: to files, to the log, to stdout with --json. */
export interface ScoreRecord {
  readonly headline: Scores["headline"];
  readonly all: Scores["all"];
  readonly count: number;
}

/** Scores by task. */
export function scoreRecords(made: readonly TaskEvaluation[]): Readonly<Record<string, ScoreRecord>> {
  return Object.fromEntries(
    made.flatMap(({ task, scores }) => (scores === null ? [] : [[task, scoreRecord(scores)]])),
  );
}

export function scoreRecord({ headline, all, count }: Scores): ScoreRecord {
  return { headline, all, count };
}

/** The mean of the headline scores; null where nothing was scored. */
export function averageScore(made: readonly TaskEvaluation[]): number | null {
  const values = made.flatMap(({ scores }) => (scores === null ? [] : [scores.headline.value]));
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The headline scores in a line, with their average where there are several. */
export function scoreLine(made: readonly TaskEvaluation[]): string {
  const parts = made.flatMap(({ task, scores }) =>
    scores === null ? [] : [`${task} ${scores.headline.name} ${scores.headline.value.toFixed(2)}`],
  );
  const average = averageScore(made);
  if (parts.length > 1 && average !== null) parts.push(`average ${average.toFixed(2)}`);
  return parts.join(" | ");
}

/** All scores as a table; the headline of each task, the number that papers report, comes first and is marked. */
export function scoreTable(made: readonly TaskEvaluation[]): string {
  const rows = made.flatMap(({ task, split, scores, predictions: texts }) => {
    if (scores === null) return [[task, split, texts.size, "not scored", "no references"]];
    const { headline, all, count } = scores;
    const others = Object.entries(all).filter(([name]) => name !== headline.name);
    return [[`${headline.name} *`, headline.value] as const, ...others].map(([name, value]) => [
      task,
      split,
      count,
      name,
      value.toFixed(2),
    ]);
  });
  return table(["task", "split", "examples", "score", "percent"], rows);
}

/** Writes the result file of each task and all scores into a folder. */
export async function writeEvaluations(folder: string, made: readonly TaskEvaluation[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { task, split, data, predictions: texts } of made) {
    const file = join(folder, `${task}-${split}.${TASKS[task].resultEnding}`);
    await replaceFile(file, data.split.resultFile(texts));
  }
  const splits = [...new Set(made.map(({ split }) => split))];
  const scores = splits.map((split) => [split, scoreRecords(made.filter((one) => one.split === split))]);
  await writeJson(join(folder, "scores.json"), Object.fromEntries(scores));
}
