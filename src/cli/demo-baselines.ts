import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { courseSettings, modelRequest, type RunConfig } from "../config/index.ts";
import { modelSession, type ModelSession } from "../train/session.ts";
import { trainingRun } from "../train/training-run.ts";
import { evaluations, type TaskEvaluation } from "./evaluation.ts";
import { progressBar } from "./progress.ts";
import { openTaskSplits } from "./task-splits.ts";

export interface BaselineOptions {
  readonly quiet: boolean;
  readonly signal: AbortSignal;
}

/** Updates of the blindfolded model: the habits of answers and captions are learned long before. */
const BLIND_UPDATES = 300;

/** The language model as it is, before anything was trained, on the test splits. */
export function frozenEvaluations(
  config: RunConfig,
  options: BaselineOptions,
): Promise<readonly TaskEvaluation[]> {
  return withModel({ ...config, pet: { name: "visual-only" } }, async (session) => {
    const splits = await openTaskSplits(config, ["test"]);
    return evaluations({ ...options, session, data: splits.of("test"), split: "test", config });
  });
}

/** The same method tuned and tested with every picture blanked out: what can be had from the words alone. */
export function blindEvaluations(
  sighted: RunConfig,
  options: BaselineOptions,
): Promise<readonly TaskEvaluation[]> {
  const { quiet, signal } = options;
  const config = { ...sighted, visual: { ...sighted.visual, blank: true } };
  return withModel(config, async (session, folder) => {
    const splits = await openTaskSplits(config, ["train", "test"]);
    const progress = progressBar("training blindfolded", { quiet });
    await trainingRun({
      session,
      data: splits.of("train"),
      settings: { ...courseSettings(config), maxUpdates: BLIND_UPDATES, checkpointEvery: 0 },
      folder,
      resume: false,
      signal,
      onEvent(event) {
        if (event.kind === "update")
          progress.show(event.update, event.updates, ` | loss ${event.loss.toFixed(4)}`);
      },
    }).finally(() => progress.stop());
    return evaluations({ ...options, session, data: splits.of("test"), split: "test", config });
  });
}

async function withModel<T>(
  config: RunConfig,
  work: (session: ModelSession, folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "vlpet-"));
  try {
    const request = await modelRequest(config);
    const session = await modelSession({ ...request, adapter: null, scratch: folder });
    try {
      return await work(session, folder);
    } finally {
      await session.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
