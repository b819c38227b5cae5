import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  configuredTasks,
  courseSettings,
  modelRequest,
  type RunConfig,
  type RunTask,
  type SplitName,
} from "../config/index.ts";
import { VlPetError } from "../error.ts";
import { writeJson } from "../train/adapter-folder.ts";
import { bestWeights, type Validated } from "../train/best-weights.ts";
import { latestCheckpoint } from "../train/checkpoint.ts";
import { modelSession, type ModelSession } from "../train/session.ts";
import type { TaskData } from "../train/task-data.ts";
import { plannedRun, trainingRun } from "../train/training-run.ts";
import { averageScore, evaluations, scoreRecords, writeScores, type TaskEvaluation } from "./evaluation.ts";
import { requireEmpty, requireSameRun, runFolder, type RunFolder } from "./run-folder.ts";
import type { TaskSplits } from "./task-splits.ts";
import { trainingReport } from "./training-report.ts";
import { watchedSplits } from "./watched-splits.ts";

export interface TrainingRequest {
  /** Its `output` is the run's folder. */
  readonly config: RunConfig;
  /** Go on with the run in that folder, from its newest checkpoint. */
  readonly resume: boolean;
  /** Show no progress. */
  readonly quiet: boolean;
  readonly signal: AbortSignal;
}

/** What a training came to. */
export interface TrainingOutcome {
  readonly folder: RunFolder;
  /** Evaluations after the last update: the test splits, and the validation splits where they were not just done. */
  readonly evaluations: readonly TaskEvaluation[];
  /** The test splits with the weights that did best in validation; null where those are the last ones. */
  readonly best: BestOutcome | null;
}

export interface BestOutcome extends Validated {
  readonly evaluations: readonly TaskEvaluation[];
}

/**
 * A whole run: checks everything that can be checked before, trains, evaluates, and leaves in the run's folder
 * config.json, metrics.jsonl, checkpoints/, adapter/ (the last weights), best/ (those with the best average in
 * validation) and results/; with the setting `skipBad` also skipped.json, the examples that were left out. Nothing is
 * written before the checks are through.
 *
 * @throws VlPetError of any kind; "interrupted" after a checkpoint was saved.
 */
export async function runTraining(request: TrainingRequest): Promise<TrainingOutcome> {
  const { config: asked, resume, quiet, signal } = request;
  const folder = runFolder(asked.output);
  const goesOn = resume && existsSync(folder.config);
  if (!goesOn) await requireEmpty(folder);
  requireTrainSplits(asked);
  const splits = await watchedSplits(asked, neededSplits(asked), { quiet, signal, list: folder.skipped });
  const config: RunConfig = { ...asked, backbone: { ...asked.backbone, featureWidth: splits.featureWidth } };
  if (goesOn) await requireSameRun(folder, config);
  const plan = plannedRun(splits.of("train"), courseSettings(config));
  if (plan.updates === 0) throw withoutUpdates(config);
  signal.throwIfAborted();
  const session = await openedSession(folder, config);
  try {
    await writeJson(folder.config, config); // when it goes on, settings that are free to change may have changed
    if (config.skipBad) await writeJson(folder.skipped, splits.skipped);
    const made = await trained({ ...request, config }, { folder, session, splits, updates: plan.updates });
    return { folder, ...made };
  } finally {
    await session.close();
    await rm(folder.frozen, { recursive: true, force: true });
  }
}

interface OpenedRun {
  readonly folder: RunFolder;
  readonly session: ModelSession;
  readonly splits: TaskSplits;
  readonly updates: number;
}

async function trained(
  { config, resume, quiet, signal }: TrainingRequest,
  { folder, session, splits, updates }: OpenedRun,
): Promise<Omit<TrainingOutcome, "folder">> {
  const data: ReadonlyMap<RunTask, TaskData> = splits.of("train");
  const settings = courseSettings(config);
  const { validate } = config.training;
  const evaluate = (split: SplitName, results: string | null): Promise<readonly TaskEvaluation[]> =>
    evaluations({ session, data: splits.of(split), split, config, folder: results, quiet, signal });
  const best = bestWeights(folder.best, session);
  const report = trainingReport({
    file: folder.log,
    config,
    quiet,
    async evaluate(split, update) {
      const made = await evaluate(split, update === updates ? folder.results : null);
      const average = averageScore(made);
      const isComplete = made.every(({ failure }) => failure === null);
      if (split === "valid" && validate === "epoch" && average !== null && isComplete)
        await best.consider({ update, average, tasks: scoreRecords(made) });
      return made;
    },
    signal,
  });
  try {
    await trainingRun({
      session,
      data,
      settings,
      folder: folder.path,
      resume,
      onEvent: (event) => report.onEvent(event),
      signal,
    });
    const last = validate === "never" ? [] : await report.evaluated("valid", updates);
    const made = [...last, ...(await report.evaluated("test", updates))];
    if (made.length > 0) await writeScores(folder.results, made);
    const found = await best.found();
    if (found === null || found.update === updates || splits.of("test").size === 0)
      return { evaluations: made, best: null };
    await best.restore();
    const bestResults = join(folder.results, "best");
    const tested = await evaluate("test", bestResults);
    await writeScores(bestResults, tested);
    return { evaluations: made, best: { ...found, evaluations: tested } };
  } finally {
    await report.close();
  }
}

/**
 * The session of a run. When it cannot be opened the folder is left as it was: a checkpoint that the run would go on
 * from is looked at before anything is written.
 */
async function openedSession(folder: RunFolder, config: RunConfig): Promise<ModelSession> {
  const request = await modelRequest(config);
  const created = await mkdir(folder.path, { recursive: true });
  try {
    const checkpoint = await latestCheckpoint(folder.checkpoints);
    return await modelSession({ ...request, adapter: checkpoint, scratch: folder.frozen });
  } catch (error) {
    await rm(folder.frozen, { recursive: true, force: true });
    if (created !== undefined) await rm(created, { recursive: true });
    throw error;
  }
}

function neededSplits(config: RunConfig): readonly SplitName[] {
  return config.training.validate === "never" ? ["train", "test"] : ["train", "valid", "test"];
}

function requireTrainSplits(config: RunConfig): void {
  const without = configuredTasks(config).find(([, settings]) => settings.train === undefined);
  if (without === undefined) return;
  const [name] = without;
  throw new VlPetError("config", "a task has nothing to train on", {
    where: `tasks.${name}`,
    expected: 'the entry "train" with the files of its training split',
    fix: `add tasks.${name}.train, or leave the task out`,
  });
}

function withoutUpdates({ training }: RunConfig): VlPetError {
  return new VlPetError("config", "an epoch has fewer batches than one update needs", {
    where: "training.accumulation",
    received: String(training.accumulation),
    fix: "lower training.accumulation or training.batchSize",
  });
}
