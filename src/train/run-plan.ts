import { exampleOrder, taskSequence, type TaskSampling } from "../data/index.ts";
import { type Task, type TaskName, TASKS } from "../tasks/index.ts";

/** One micro-batch of a run: which task, which examples. */
export interface PlannedBatch {
  readonly epoch: number;
  readonly task: TaskName;
  readonly indices: readonly number[];
}

export interface PlanRequest {
  /** Examples of each task, in the order of the tasks. */
  readonly examples: ReadonlyMap<TaskName, number>;
  readonly batchSizes: ReadonlyMap<TaskName, number>;
  readonly sampling: TaskSampling;
  readonly accumulation: number;
  readonly epochs: number;
}

/** The whole run as a function of the update's number: any update can be planned without those before it. */
export interface RunPlan {
  readonly updatesPerEpoch: number;
  readonly updates: number;
  /** The micro-batches of an update, counted from 0. */
  batches(update: number): readonly PlannedBatch[];
}

function batchesOf({ examples, batchSizes }: PlanRequest, task: TaskName): number {
  return Math.ceil((examples.get(task) ?? 0) / (batchSizes.get(task) ?? 1));
}

function epochBatches(request: PlanRequest, epoch: number): readonly PlannedBatch[] {
  const counts = Object.fromEntries(
    [...request.examples.keys()].map((task) => [task, batchesOf(request, task)]),
  );
  const orders = new Map<TaskName, Uint32Array>();
  const used = new Map<TaskName, number>();
  return taskSequence<TaskName>(counts, epoch, request.sampling).map((task) => {
    const order = orders.get(task) ?? exampleOrder(request.examples.get(task) ?? 0, epoch);
    orders.set(task, order);
    const size = request.batchSizes.get(task) ?? 1;
    const start = used.get(task) ?? 0;
    used.set(task, start + size);
    return { epoch, task, indices: [...order.subarray(start, start + size)] };
  });
}

/**
 * Plans a run in the original's order: every example once an epoch, tasks mixed in proportion to their batches. With
 * accumulation the last batches of an epoch that do not fill an update are left out, as in the schedule's length.
 */
export function runPlan(request: PlanRequest): RunPlan {
  const { accumulation, epochs } = request;
  const perEpoch = epochBatches(request, 0).length;
  const updatesPerEpoch = Math.floor(perEpoch / accumulation);
  let cached: { readonly epoch: number; readonly batches: readonly PlannedBatch[] } | null = null;
  return {
    updatesPerEpoch,
    updates: updatesPerEpoch * epochs,
    batches(update) {
      const epoch = Math.floor(update / updatesPerEpoch);
      if (cached?.epoch !== epoch) cached = { epoch, batches: epochBatches(request, epoch) };
      const start = (update % updatesPerEpoch) * accumulation;
      return cached.batches.slice(start, start + accumulation);
    },
  };
}

/** A task's batch size from the run's base size B, ⌊B·sixtieths/60⌋ and at least 1, as the original scales them. */
export function taskBatchSize(task: TaskName, base: number): number {
  const { sixtieths } = (TASKS as Readonly<Record<string, Task>>)[task] ?? { sixtieths: 60 };
  return Math.max(1, Math.trunc((base * sixtieths) / 60));
}
