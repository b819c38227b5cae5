import { VlPetError } from "../error.ts";
import { linearSchedule, type AdamwSettings, type Schedule } from "../optim/index.ts";
import type { Behaviour, TaskName } from "../tasks/index.ts";
import { ahead } from "./ahead.ts";
import type { RunPlan } from "./run-plan.ts";
import { trainingBatch, type Reader, type TaskData } from "./task-data.ts";
import type { MicroBatch, Updates } from "./updates.ts";

/** Settings of the optimisation. */
export interface TrainingSettings {
  readonly seed: number;
  readonly learningRate: number;
  /** Share of all updates with rising rate. */
  readonly warmupRatio: number;
  readonly adamw: AdamwSettings;
  /** Default "original". */
  readonly behaviour?: Behaviour;
  /** Updates between checkpoints; 0 = only at the end. */
  readonly checkpointEvery: number;
  /** Stop after so many updates, at most the plan's own number. */
  readonly updates: number;
}

/** What happens during training; faces render it, the loop itself prints nothing. */
export type TrainingEvent =
  | {
      readonly kind: "update";
      /** Updates done, counted from 1. */
      readonly update: number;
      readonly updates: number;
      readonly epoch: number;
      readonly task: TaskName;
      readonly loss: number;
      readonly gradientNorm: number;
      readonly learningRate: number;
      readonly examples: number;
    }
  | { readonly kind: "checkpoint"; readonly update: number; readonly folder: string }
  | { readonly kind: "epoch"; readonly epoch: number; readonly update: number };

export interface TrainRequest {
  readonly reader: Reader;
  readonly data: ReadonlyMap<TaskName, TaskData>;
  readonly plan: RunPlan;
  readonly updates: Updates;
  readonly settings: TrainingSettings;
  /** Updates already done. */
  readonly start: number;
  /** Saves a checkpoint after so many updates and gives its folder. */
  readonly save: (update: number) => Promise<string>;
  readonly onEvent: (event: TrainingEvent) => void | Promise<void>;
  /** Aborting lets the running update finish, saves, and ends with kind "interrupted". */
  readonly signal?: AbortSignal;
}

/** The schedule of a run: linear warm-up and decay over all its updates. */
export function runSchedule({ updates, warmupRatio, behaviour = "original" }: TrainingSettings): Schedule {
  const start = behaviour === "original" ? "zero" : "first-step";
  return linearSchedule(updates, Math.trunc(updates * warmupRatio), { start });
}

async function preparedUpdate(request: TrainRequest, update: number): Promise<readonly MicroBatch[]> {
  const { reader, data, plan, settings } = request;
  const planned = plan.batches(update);
  return Promise.all(
    planned.map(async ({ task, indices, epoch, pass }) => {
      const source = data.get(task);
      if (source === undefined) throw new RangeError(`internal: no data for the task ${task}`);
      return trainingBatch(reader, source, indices, {
        seed: settings.seed,
        epoch,
        pass,
        share: 1 / planned.length,
      });
    }),
  );
}

/** One update is being read and another is ready when the device has done with the present one. */
const UPDATES_AHEAD = 2;

/**
 * Runs all updates of a plan from `start`. The next batches are read while the device works on this one. A run that goes
 * on at the end of an epoch reports that epoch once more: what follows it may have been cut short.
 */
export async function train(request: TrainRequest): Promise<void> {
  const { settings, updates, save, onEvent, signal } = request;
  const schedule = runSchedule(settings);
  let saved = request.start;
  const saveAfter = async (update: number): Promise<void> => {
    await onEvent({ kind: "checkpoint", update, folder: await save(update) });
    saved = update;
  };
  if (request.start > 0) await reportEpoch(request, request.start);
  const prepared = ahead((update) => preparedUpdate(request, update), {
    start: request.start,
    end: settings.updates,
    depth: UPDATES_AHEAD,
  });
  for (let update = request.start; update < settings.updates; update++) {
    const batches = await prepared.next();
    const rate = settings.learningRate * schedule(update);
    const result = await updates.update(batches, rate, { seed: settings.seed, step: update });
    await reportUpdate(request, update, rate, result);
    const done = update + 1;
    const due = settings.checkpointEvery > 0 && done % settings.checkpointEvery === 0;
    if (due || signal?.aborted || done === settings.updates) await saveAfter(done);
    await reportEpoch(request, done);
    if (signal?.aborted && done < settings.updates) {
      if (saved < done) await saveAfter(done); // aborted while the epoch was reported
      throw new VlPetError("interrupted", `training stopped after update ${saved} of ${settings.updates}`, {
        fix: "run the same command again with --resume to go on",
      });
    }
  }
}

/** Reports the epoch that `done` updates complete, if they do. */
async function reportEpoch({ plan, onEvent }: TrainRequest, done: number): Promise<void> {
  const epoch = plan.epochEnds.indexOf(done);
  if (epoch !== -1) await onEvent({ kind: "epoch", epoch, update: done });
}

async function reportUpdate(
  { plan, settings, onEvent }: TrainRequest,
  update: number,
  learningRate: number,
  { loss, gradientNorm }: { readonly loss: number; readonly gradientNorm: number },
): Promise<void> {
  const planned = plan.batches(update);
  const [first] = planned;
  if (first === undefined) return;
  if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
    throw new VlPetError("data", "the loss is no longer a finite number", {
      where: `update ${update + 1}, task ${first.task}`,
      received: `loss ${loss}, gradient norm ${gradientNorm}`,
      fix: "lower training.learningRate, or check the features for huge values; the last checkpoint is intact",
    });
  }
  await onEvent({
    kind: "update",
    update: update + 1,
    updates: settings.updates,
    epoch: first.epoch,
    task: first.task,
    loss,
    gradientNorm,
    learningRate,
    examples: planned.reduce((sum, { indices }) => sum + indices.length, 0),
  });
}
