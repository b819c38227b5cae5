import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunConfig, RunTask, SplitName } from "../config/index.ts";
import { replaceFile } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import { type Scores, TASKS } from "../tasks/index.ts";
import { writeJson } from "../train/adapter-folder.ts";
import { predictions } from "../train/evaluate.ts";
import type { ModelSession } from "../train/session.ts";
import type { TaskData } from "../train/task-data.ts";
import { progressBar } from "./progress.ts";
import { table } from "./table.ts";

/** What a model wrote for one split of a task, and how good it is. */
export interface TaskEvaluation {
  readonly task: RunTask;
  readonly split: SplitName;
  readonly data: TaskData;
  readonly predictions: ReadonlyMap<string, string>;
  /** Null where there is nothing to compare with, and where the scoring failed. */
  readonly scores: Scores | null;
  /** Why the scoring failed; null where it did not. */
  readonly failure: VlPetError | null;
}

export interface EvaluationRequest {
  readonly session: ModelSession;
  readonly data: ReadonlyMap<RunTask, TaskData>;
  readonly split: SplitName;
  readonly config: RunConfig;
  /** Only the first so many examples of each task. */
  readonly limit?: number;
  /** Where result files go, each as soon as its task is predicted; null or left out = nowhere. */
  readonly folder?: string | null;
  readonly quiet: boolean;
  readonly signal: AbortSignal;
}

/**
 * Predicts and scores a split of several tasks. Predictions of one task that cannot be scored do not keep the others
 * from being made: `requireScored` throws of them.
 *
 * @throws VlPetError when predictions cannot be made or a result file not be written; the signal's reason when it is
 * aborted.
 */
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
  const { session, split, config, limit, folder = null, quiet, signal } = request;
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
    const predicted = { task, split, data, predictions: texts };
    if (folder !== null) await writeResult(folder, predicted);
    return scored(predicted);
  } finally {
    progress.stop();
  }
}

type Prediction = Omit<TaskEvaluation, "scores" | "failure">;

/** Predictions with their scores, or with what kept them from being scored. */
export function scored(predicted: Prediction): TaskEvaluation {
  const { data, predictions: texts } = predicted;
  if (!data.split.isScorable) return { ...predicted, scores: null, failure: null };
  try {
    return { ...predicted, scores: data.split.score(texts), failure: null };
  } catch (error) {
    if (!(error instanceof VlPetError)) throw error;
    return { ...predicted, scores: null, failure: error };
  }
}

/** @throws VlPetError of the first predictions that could not be scored, saying of which task and split they are. */
export function requireScored(made: readonly TaskEvaluation[]): void {
  for (const { task, split, failure } of made) {
    if (failure === null) continue;
    const summary = `the predictions of ${task} ${split} were made, but cannot be scored: ${failure.summary}`;
    throw new VlPetError(failure.kind, summary, { ...failure.parts, cause: failure });
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
  const parts = made.flatMap(({ task, scores, failure }) => {
    if (failure !== null) return [`${task} not scored (${failure.summary})`];
    return scores === null ? [] : [`${task} ${scores.headline.name} ${scores.headline.value.toFixed(2)}`];
  });
  const average = averageScore(made);
  const several = made.filter(({ scores }) => scores !== null).length > 1;
  if (several && average !== null) parts.push(`average ${average.toFixed(2)}`);
  return parts.join(" | ");
}

/** All scores as a table; the headline of each task comes first and is marked. */
export function scoreTable(made: readonly TaskEvaluation[]): string {
  const rows = made.flatMap(({ task, split, scores, failure, predictions: texts }) => {
    if (scores === null) {
      const why = failure === null ? "no references" : "failed";
      return [[task, split, texts.size, "not scored", why]];
    }
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

async function writeResult(
  folder: string,
  { task, split, data, predictions: texts }: Prediction,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${task}-${split}.${TASKS[task].resultEnding}`);
  await replaceFile(file, data.split.resultFile(texts));
}

/** Writes all scores into a folder. */
export async function writeScores(folder: string, made: readonly TaskEvaluation[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const splits = [...new Set(made.map(({ split }) => split))];
  const scores = splits.map((split) => [split, scoreRecords(made.filter((one) => one.split === split))]);
  await writeJson(join(folder, "scores.json"), Object.fromEntries(scores));
}
