import * as v from "valibot";
import type { RunConfig } from "../config/index.ts";
import { requireImages, type FeatureSource } from "../data/index.ts";
import { jsonLines } from "../data/json-file.ts";
import { VlPetError } from "../error.ts";
import type { TaskSplit } from "../tasks/index.ts";
import { predictions } from "../train/evaluate.ts";
import type { ModelSession } from "../train/session.ts";
import { openLineFile } from "./line-file.ts";
import { progressBar } from "./progress.ts";

export interface RowsRequest {
  readonly session: ModelSession;
  readonly config: RunConfig;
  readonly split: TaskSplit;
  readonly features: FeatureSource;
  /** Where answers go, a JSON line a row. What a stopped command wrote there is kept. */
  readonly output: string;
  readonly quiet: boolean;
  readonly signal: AbortSignal;
}

const WRITTEN = v.looseObject({ id: v.string() });

/**
 * Answers every row of a split that has no answer in the output file yet, and adds the answers to it, a batch at a time.
 * Gives the numbers of rows answered now and before.
 *
 * @throws VlPetError "data" when the output holds something else than answers to the first rows, or a picture is
 * missing; the signal's reason when it is aborted.
 */
export async function predictRows(
  request: RowsRequest,
): Promise<{ readonly answered: number; readonly before: number }> {
  const { session, config, split, features, output, quiet, signal } = request;
  const { examples } = split;
  await requireImages(
    features,
    examples.flatMap(({ images }) => images),
  );
  const { batchSize, ...settings } = config.generation;
  const file = await openLineFile(output);
  const progress = progressBar(`${split.task} rows`, { quiet });
  try {
    const before = answeredBefore(file.lines, examples, output);
    for (let start = before; start < examples.length; start += batchSize) {
      signal.throwIfAborted();
      const batch = examples.slice(start, start + batchSize);
      const data = { split: { ...split, examples: batch }, features };
      const { reader, generator } = session;
      const texts = await predictions({ reader, generator, data, settings, batchSize, signal });
      await file.append(split.resultFile(texts));
      progress.show(start + batch.length, examples.length, "");
    }
    return { answered: examples.length - before, before };
  } finally {
    progress.stop();
    await file.close();
  }
}

/** How many rows have their answer: the output's lines must be those of the first rows. */
function answeredBefore(lines: readonly string[], examples: TaskSplit["examples"], output: string): number {
  const written = jsonLines(lines.join("\n"), WRITTEN, output);
  const other = written.findIndex(({ value }, i) => value.id !== examples[i]?.id);
  if (other === -1) return written.length;
  throw new VlPetError("data", "the output file holds the answers to other rows", {
    where: `${output}:${written[other]?.line}`,
    expected: `the id ${examples[other]?.id ?? "of no further row"}`,
    received: written[other]?.value.id ?? "",
    fix: "name another file with --output, or remove this one",
  });
}
