import type { EpochOrder } from "../data/index.ts";
import { type TaskName, TASKS, type TaskSplit } from "../tasks/index.ts";

/** One micro-batch of a run: which task, which examples. */
export interface PlannedBatch {
  readonly epoch: number;
  /** How often the epoch went through all examples of the task before. */
  readonly pass: number;
  readonly task: TaskName;
  readonly indices: readonly number[];
}

export interface PlanRequest {
  /** Examples of each task, in the order of the tasks. */
  readonly examples: ReadonlyMap<TaskName, number>;
  readonly batchSizes: ReadonlyMap<TaskName, number>;
  readonly order: EpochOrder;
  readonly accumulation: number;
  /** What becomes of the last batches of an epoch that do not fill an update. */
  readonly remainder: "dropped" | "smaller-update";
  readonly epochs: number;
}

/** The whole run as a function of the update's number: any update can be planned without those before it. */
export interface RunPlan {
  /** How many updates are done at the end of each epoch. Epochs differ where one ends early. */
  readonly epochEnds: readonly number[];
  readonly updates: number;
  /** The micro-batches of an update, counted from 0. */
  batches(update: number): readonly PlannedBatch[];
}

function batchesOf({ examples, batchSizes }: PlanRequest, task: TaskName): number {
  return Math.ceil((examples.get(task) ?? 0) / (batchSizes.get(task) ?? 1));
}

/** How far an epoch has come in a task's examples. */
interface Pass {
  readonly order: Uint32Array;
  readonly pass: number;
  used: number;
}

/** The task of each batch of an epoch. */
function epochTasks(request: PlanRequest, epoch: number): readonly TaskName[] {
  const counts = [...request.examples.keys()].map((task) => [task, batchesOf(request, task)] as const);
  return request.order.tasks<TaskName>(Object.fromEntries(counts), epoch);
}

function epochBatches(request: PlanRequest, epoch: number): readonly PlannedBatch[] {
  const { examples, batchSizes, order } = request;
  const passes = new Map<TaskName, Pass>();
  const passOf = (task: TaskName, pass: number): Pass => {
    const count = examples.get(task) ?? 0;
    const next = { order: order.examples(task, count, { epoch, pass }), pass, used: 0 };
    passes.set(task, next);
    return next;
  };
  return epochTasks(request, epoch).map((task) => {
    let current = passes.get(task) ?? passOf(task, 0);
    if (current.used >= current.order.length) current = passOf(task, current.pass + 1);
    const start = current.used;
    current.used += batchSizes.get(task) ?? 1;
    return { epoch, pass: current.pass, task, indices: [...current.order.subarray(start, current.used)] };
  });
}

/** Sums of the updates of each epoch and of those before it. */
function plannedEnds(request: PlanRequest): readonly number[] {
  const { accumulation, epochs, remainder } = request;
  const updatesOf = remainder === "dropped" ? Math.floor : Math.ceil;
  let end = 0;
  return Array.from(
    { length: epochs },
    (_, epoch) => (end += updatesOf(epochTasks(request, epoch).length / accumulation)),
  );
}

/**
 * Plans a run: with the original's order every example once an epoch, tasks mixed in proportion to their batches, and
 * with accumulation the last batches of an epoch that do not fill an update left out, as in the schedule's length.
 */
export function runPlan(request: PlanRequest): RunPlan {
  const { accumulation } = request;
  const epochEnds = plannedEnds(request);
  let cached: { readonly epoch: number; readonly batches: readonly PlannedBatch[] } | null = null;
  return {
    epochEnds,
    updates: epochEnds.at(-1) ?? 0,
    batches(update) {
      const epoch = epochEnds.findIndex((end) => update < end);
      if (cached?.epoch !== epoch) cached = { epoch, batches: epochBatches(request, epoch) };
      const start = (update - (epochEnds[epoch - 1] ?? 0)) * accumulation;
      return cached.batches.slice(start, start + accumulation);
    },
  };
}

/**
 * A task's batch size from the run's base size B: ⌊B·sixtieths/60⌋ as the original scales them, or its share of B where
 * it has one; at least 1.
 */
export function taskBatchSize({ task, form }: Pick<TaskSplit, "task" | "form">, base: number): number {
  const { sixtieths } = TASKS[task];
  const share = form.batchShare === undefined ? (base * sixtieths) / 60 : base * form.batchShare;
  return Math.max(1, Math.trunc(share));
}
