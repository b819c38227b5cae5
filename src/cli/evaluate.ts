import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import type { SplitName } from "../config/index.ts";
import { countOption } from "./count-option.ts";
import { evaluations, requireScored, scoreRecords, scoreTable, writeScores } from "./evaluation.ts";
import { SPLITS } from "./feature-places.ts";
import { interruptible } from "./interrupt.ts";
import { addRunOptions, trainedModel, withSession, type RunOptions } from "./open-run.ts";
import { writeJson } from "../train/adapter-folder.ts";
import { SKIP_BAD, SKIPPED } from "./skipped-examples.ts";
import { taskNames } from "./task-name.ts";
import { watchedSplits } from "./watched-splits.ts";

interface EvaluateOptions extends RunOptions {
  readonly split: SplitName;
  readonly tasks?: string;
  readonly limit?: number;
  readonly output?: string;
  readonly skipBad: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

const NOTES = `
Examples:
  vlpet evaluate --run runs/mine
  vlpet evaluate --run runs/mine --split valid --tasks caption --limit 100 --json
  vlpet evaluate --adapter runs/mine/checkpoints/update-00000500 --config mine.json`;

/** `vlpet evaluate` */
export function evaluateCommand(): Command {
  const command = new Command("evaluate").description("predict a split with a trained model and score it");
  return addRunOptions(command)
    .addOption(new Option("--split <name>", "what to evaluate").choices(SPLITS).default("test"))
    .option("--tasks <names>", "only these tasks, separated by commas")
    .option("--limit <count>", "only the first examples of each task", countOption)
    .option("-o, --output <folder>", "write predictions and scores there")
    .option("--skip-bad", SKIP_BAD, false)
    .option("--json", "print the scores as JSON", false)
    .option("-q, --quiet", "show no progress", false)
    .addHelpText("after", NOTES)
    .action((options: EvaluateOptions, self: Command) => evaluateWith(options, self));
}

async function evaluateWith(options: EvaluateOptions, command: Command): Promise<void> {
  const { split, output, quiet, json, skipBad } = options;
  const asked = await trainedModel(options, command);
  const trained = skipBad ? { ...asked, config: { ...asked.config, skipBad } } : asked;
  const folder = output === undefined ? null : resolve(output);
  const list = folder === null ? null : join(folder, SKIPPED);
  const limit = options.limit === undefined ? {} : { limit: options.limit };
  const made = await interruptible(async (signal) => {
    const { config } = trained;
    const splits = await watchedSplits(config, [split], {
      tasks: taskNames(options.tasks),
      quiet,
      signal,
      list,
    });
    const evaluated = await withSession(trained, (session) =>
      evaluations({ session, data: splits.of(split), split, config, folder, quiet, signal, ...limit }),
    );
    if (folder !== null) await writeScores(folder, evaluated);
    if (list !== null && config.skipBad) await writeJson(list, splits.skipped);
    return evaluated;
  });
  console.log(json ? JSON.stringify({ split, tasks: scoreRecords(made) }, null, 2) : scoreTable(made));
  requireScored(made);
}
