import { createHash } from "node:crypto";
import { join } from "node:path";
import { originalOrder, seededOrder, type TaskSampling } from "../data/index.ts";
import type { TaskName } from "../tasks/index.ts";
import { writeAdapter, writeFolder } from "./adapter-folder.ts";
import { latestCheckpoint, readCheckpoint, writeCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { writeModelCard } from "./model-card.ts";
import { runPlan, taskBatchSize, type RunPlan } from "./run-plan.ts";
import type { ModelSession } from "./session.ts";
import type { TaskData } from "./task-data.ts";
import { train, type TrainingEvent, type TrainingSettings } from "./trainer.ts";
import { updates } from "./updates.ts";

const KEPT_CHECKPOINTS = 2;

export interface CourseSettings extends Omit<TrainingSettings, "updates"> {
  readonly epochs: number;
  /** Base batch size; each task scales it as the original does. */
  readonly batchSize: number;
  readonly accumulation: number;
  readonly sampling: TaskSampling;
  /** Limit of the joint gradient norm; null = no clipping. */
  readonly clip: number | null;
  /** Ends the run after so many updates; null = all epochs. */
  readonly maxUpdates: number | null;
}

export interface TrainingRunRequest {
  readonly session: ModelSession;
  readonly data: ReadonlyMap<TaskName, TaskData>;
  readonly settings: CourseSettings;
  /** The run's folder: `checkpoints/` and, at the end, `adapter/` are written there. */
  readonly folder: string;
  /** Go on from the newest checkpoint, if there is one. */
  readonly resume: boolean;
  readonly onEvent: (event: TrainingEvent) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** The course of a run as data: what is done at which update. */
export function plannedRun(data: ReadonlyMap<TaskName, TaskData>, settings: CourseSettings): RunPlan {
  const { sampling, seed, behaviour = "original" } = settings;
  const isOriginal = behaviour === "original";
  const plan = runPlan({
    examples: new Map([...data].map(([name, { split }]) => [name, split.examples.length])),
    batchSizes: new Map(
      [...data].map(([name, { split }]) => [name, taskBatchSize(split, settings.batchSize)]),
    ),
    order: isOriginal ? originalOrder(sampling) : seededOrder(sampling, seed),
    accumulation: settings.accumulation,
    remainder: isOriginal ? "dropped" : "smaller-update",
    epochs: settings.epochs,
  });
  return { ...plan, updates: Math.min(plan.updates, settings.maxUpdates ?? plan.updates) };
}

/** Anything that changes the numbers of a run changes this. */
function courseFingerprint({ session, data, settings }: TrainingRunRequest): string {
  const { checkpointEvery: _, ...course } = settings;
  const examples = [...data].map(([name, { split }]) => [name, split.examples.length]);
  const { pet } = session.model.config;
  return createHash("sha256").update(JSON.stringify({ course, examples, pet })).digest("hex").slice(0, 16);
}

/** Trains a session's model and leaves `adapter/` in the run's folder. Gives the updates done. */
export async function trainingRun(request: TrainingRunRequest): Promise<number> {
  const { session, data, settings, folder } = request;
  const { engine, model, weights, trained, adapter } = session;
  const plan = plannedRun(data, settings);
  const course = courseFingerprint(request);
  const checkpoints = join(folder, "checkpoints");
  const resumed = request.resume
    ? await resumedCheckpoint(checkpoints, { parameters: trained, config: adapter, course })
    : null;
  const run = await updates({
    engine,
    model,
    weights: resumed === null ? weights : { ...weights, trained: resumed.values },
    trained,
    options: { adamw: settings.adamw, clip: settings.clip },
    resume: resumed?.optimizer ?? null,
  });
  const save = async (update: number): Promise<string> => {
    const target = {
      folder: checkpoints,
      config: adapter,
      parameters: trained,
      course,
      keep: KEPT_CHECKPOINTS,
    };
    return writeCheckpoint(target, { update, values: await run.values(), optimizer: await run.state() });
  };
  await train({
    reader: session.reader,
    data,
    plan,
    updates: run,
    settings: { ...settings, updates: plan.updates },
    start: resumed?.update ?? 0,
    save,
    onEvent: request.onEvent,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const values = await run.values();
  await writeFolder(join(folder, "adapter"), async (temporary) => {
    await writeAdapter(temporary, adapter, trained, values);
    await writeModelCard(temporary, adapter, session.parameters, trained);
  });
  return plan.updates;
}

async function resumedCheckpoint(
  folder: string,
  wanted: Parameters<typeof readCheckpoint>[1],
): Promise<Checkpoint | null> {
  const latest = await latestCheckpoint(folder);
  return latest === null ? null : readCheckpoint(latest, wanted);
}
