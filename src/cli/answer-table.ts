import { resolve } from "node:path";
import type { Command } from "commander";
import { rowSplit } from "./asked-rows.ts";
import { askedTask } from "./asked-split.ts";
import { allPlaces, openPlaces, shownFeatures } from "./feature-places.ts";
import { interruptible } from "./interrupt.ts";
import { trainedModel, withSession } from "./open-run.ts";
import type { PredictOptions } from "./predict-options.ts";
import { sessionReading } from "./photo-reading.ts";
import { predictRows } from "./predict-rows.ts";
import { taskName } from "./task-name.ts";

/** Options of a single question that a table has columns for. */
const SINGLE = ["image", "clip", "question", "subtitles", "time", "choice", "part"] as const;

/** Answers the questions of a table, and writes the answers as they come. */
export async function answerTable(
  options: PredictOptions & { readonly input: string; readonly output: string },
  command: Command,
): Promise<void> {
  const useless = SINGLE.find((name) => [options[name] ?? []].flat().length > 0);
  if (useless !== undefined) {
    command.error(`error: with --input the table says what --${useless} would`, { exitCode: 2 });
  }
  const { input, output, features, quiet } = options;
  const trained = await trainedModel(options, command);
  const { config } = trained;
  const named = options.task === undefined ? null : taskName(options.task, `--task ${options.task}`);
  const task = askedTask(config, named, {});
  const split = await rowSplit(config, task, resolve(input));
  const places = features.length > 0 ? features.map((path) => resolve(path)) : allPlaces(config, task);
  const { answered, before } = await interruptible((signal) =>
    withSession(trained, async (session) => {
      const source = await openPlaces(places, await sessionReading(session, config));
      try {
        return await predictRows({
          session,
          config,
          split,
          features: shownFeatures(config, source),
          output: resolve(output),
          quiet,
          signal,
        });
      } finally {
        await source.close();
      }
    }),
  );
  const earlier = before === 0 ? "" : `, ${before} were there before`;
  process.stderr.write(`${answered} answers written to ${output}${earlier}\n`);
}
