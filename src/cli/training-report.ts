import type { RunConfig, SplitName } from "../config/index.ts";
import { openRunLog, type RunLog } from "../track/index.ts";
import type { TrainingEvent } from "../train/trainer.ts";
import { averageScore, scoreLine, scoreRecords, type TaskEvaluation } from "./evaluation.ts";
import { progressBar } from "./progress.ts";

type UpdateEvent = Extract<TrainingEvent, { kind: "update" }>;
type EpochEvent = Extract<TrainingEvent, { kind: "epoch" }>;

export interface ReportRequest {
  /** The run's log. */
  readonly file: string;
  readonly config: RunConfig;
  readonly quiet: boolean;
  /** Evaluates a split as the model is now, after so many updates. */
  readonly evaluate: (split: SplitName, update: number) => Promise<readonly TaskEvaluation[]>;
  readonly signal: AbortSignal;
}

/** Shows and records what happens in a training. */
export interface TrainingReport {
  onEvent(event: TrainingEvent): Promise<void>;
  /** Evaluates a split after so many updates, unless that was just done, and records it. */
  evaluated(split: SplitName, update: number): Promise<readonly TaskEvaluation[]>;
  close(): Promise<void>;
}

/** The log is opened, and what a stopped run left beyond cut off, when the first event tells where the run goes on. */
export function trainingReport(request: ReportRequest): TrainingReport {
  const { file, config, quiet, evaluate, signal } = request;
  const progress = progressBar("training", { quiet });
  let rate = exampleRate();
  let log: Promise<RunLog> | null = null;
  const logAfter = (update: number): Promise<RunLog> => (log ??= openRunLog(file, update));

  const done = new Map<string, readonly TaskEvaluation[]>();
  const evaluated = async (split: SplitName, update: number): Promise<readonly TaskEvaluation[]> => {
    const before = done.get(`${split} ${update}`);
    if (before !== undefined) return before;
    const lines = await logAfter(update);
    progress.stop();
    const made = await evaluate(split, update);
    rate = exampleRate();
    done.set(`${split} ${update}`, made);
    if (made.length > 0 && !isRecorded(lines, split, update)) {
      const average = averageScore(made);
      await lines.append({ update, kind: "evaluation", split, average, tasks: scoreRecords(made) });
    }
    return made;
  };

  const onUpdate = async (event: UpdateEvent): Promise<void> => {
    const { update, updates, loss, learningRate, examples } = event;
    const lines = await logAfter(update - 1);
    const numbers = `loss ${loss.toFixed(4)} | lr ${learningRate.toExponential(1)}`;
    progress.show(update, updates, ` | ${event.task} ${numbers} | ${rate(examples)} examples/s`);
    if (update % config.training.logEvery === 0 || update === updates)
      await lines.append(updateRecord(event));
  };

  const onEpoch = async ({ epoch, update }: EpochEvent): Promise<void> => {
    const lines = await logAfter(update);
    const isWanted = config.training.validate === "epoch" && !isRecorded(lines, "valid", update);
    if (!isWanted || signal.aborted) return;
    try {
      const made = await evaluated("valid", update);
      if (!quiet && made.length > 0) process.stderr.write(`epoch ${epoch + 1}: ${scoreLine(made)}\n`);
    } catch (error) {
      if (!signal.aborted) throw error; // a stopped evaluation is made up for when the run goes on
    }
  };

  return {
    async onEvent(event) {
      if (event.kind === "update") await onUpdate(event);
      if (event.kind === "epoch") await onEpoch(event);
    },
    evaluated,
    async close() {
      progress.stop();
      await (await log?.catch(() => null))?.close();
    },
  };
}

/** Whether the run recorded this evaluation before it was stopped. */
function isRecorded({ earlier }: RunLog, split: SplitName, update: number): boolean {
  return earlier.some(
    (record) => record.update === update && record["kind"] === "evaluation" && record["split"] === split,
  );
}

/** Everything that is the same when the run is done again; so the log of a resumed run is that of an unbroken one. */
function updateRecord(event: UpdateEvent) {
  const { update, kind, epoch, task, loss, gradientNorm, learningRate, examples } = event;
  return { update, kind, epoch, task, loss, gradientNorm, learningRate, examples };
}

/** Counts examples and gives their number a second. The first update is left out: it waits for the compiler. */
function exampleRate(): (examples: number) => string {
  let start: number | null = null;
  let count = 0;
  return (examples) => {
    const now = performance.now();
    if (start === null) {
      start = now;
      return "?";
    }
    count += examples;
    return ((1000 * count) / Math.max(now - start, 1)).toPrecision(3);
  };
}
