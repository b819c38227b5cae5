import type { RunConfig, RunTask, SplitName } from "../config/index.ts";
import { progressBar } from "./progress.ts";
import { skippedText } from "./skipped-examples.ts";
import { openTaskSplits, type TaskSplits } from "./task-splits.ts";

/** How the opening of splits is shown. */
export interface SplitWatch {
  /** Only these tasks; null = all. */
  readonly tasks?: readonly RunTask[] | null;
  readonly quiet: boolean;
  readonly signal: AbortSignal;
  /** The file in which examples that are left out will be listed; null = none. */
  readonly list: string | null;
}

/**
 * Opens splits as `openTaskSplits` does, with a progress bar where all features are read, and says on stderr which
 * examples are left out.
 *
 * @throws VlPetError as `openTaskSplits`; the signal's reason.
 */
export async function watchedSplits(
  config: RunConfig,
  wanted: readonly SplitName[],
  { tasks = null, quiet, signal, list }: SplitWatch,
): Promise<TaskSplits> {
  const progress = progressBar("reading features", { quiet });
  try {
    const splits = await openTaskSplits(config, wanted, {
      tasks,
      onRead(label, done, total) {
        signal.throwIfAborted();
        progress.show(done, total, ` | ${label}`);
      },
    });
    progress.stop();
    if (splits.skipped.length > 0) process.stderr.write(`${skippedText(splits.skipped, list)}\n`);
    return splits;
  } finally {
    progress.stop();
  }
}
