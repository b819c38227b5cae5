import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { resolveConfig, type Layer, type RunConfig } from "../config/index.ts";
import {
  addConfigOptions,
  configFrom,
  hasConfig,
  outputLayer,
  type ConfigOptions,
} from "./config-options.ts";
import { requireScored, scoreTable } from "./evaluation.ts";
import { drawScenes } from "./drawn-scenes.ts";
import { interruptible } from "./interrupt.ts";
import { runFolder, storedConfig } from "./run-folder.ts";
import { runTraining } from "./run-training.ts";
import { SKIP_BAD } from "./skipped-examples.ts";
import { settingsHelp } from "./settings-help.ts";

interface TrainOptions extends ConfigOptions {
  readonly images?: string;
  readonly captions?: string;
  readonly output?: string;
  readonly resume: boolean;
  readonly skipBad: boolean;
  readonly quiet: boolean;
}

const NOTES = `
Settings are laid over each other in this order: defaults, --preset, --config,
--set. Paths in them are relative to the setting "data", by default the folder
of the --config file, or the working folder without one.

The run's folder holds config.json (all settings), metrics.jsonl, checkpoints/,
adapter/ (the trained weights), best/ (those with the best average of all tasks'
headline scores in validation) and results/ (predictions and scores of the
splits valid and test). Ctrl-C saves and stops; the same command with --resume
goes on as if it had never stopped.

Examples:
  vlpet train --images photos --captions captions.json \\
              --set tokenizer=bart-base --set backbone.width=64 \\
              --set backbone.heads=4 --output runs/mine
  vlpet train --preset vl-pet-large --preset original-data \\
              --set data=datasets --set backbone.folder=/models/bart-base
  vlpet train --output runs/mine --resume
`;

/** `vlpet train` */
export function trainCommand(): Command {
  const command = new Command("train").description(
    "tune a model on image-text and video-text tasks, and evaluate it",
  );
  return addConfigOptions(command)
    .option("--images <folder>", "photos to caption; with --captions, short for tasks.caption.features")
    .option("--captions <file>", "their captions in COCO's format; short for tasks.caption.train.annotations")
    .option("-o, --output <folder>", "the run's folder (default: runs/vlpet)")
    .option("--resume", "go on with the run in this folder", false)
    .option("--skip-bad", `${SKIP_BAD}; they are listed in skipped.json`, false)
    .option("-q, --quiet", "show no progress", false)
    .addHelpText("after", () => `${NOTES}\n${settingsHelp()}`)
    .action((options: TrainOptions, self: Command) => trainWith(options, self));
}

async function trainWith(options: TrainOptions, command: Command): Promise<void> {
  const { resume, quiet } = options;
  const config = await trainConfig(options, command);
  const { folder, evaluations, best } = await interruptible(async (signal) => {
    const { scenes, data } = config;
    if (scenes !== null) await drawScenes({ ...scenes, folder: data, quiet, signal });
    return runTraining({ config, resume, quiet, signal });
  });
  if (evaluations.length > 0) console.log(scoreTable(evaluations));
  if (best !== null) {
    const { update, average } = best;
    console.log(`\nbest in validation: after update ${update}, average ${average.toFixed(2)}`);
    console.log(scoreTable(best.evaluations));
  }
  const kept = best === null ? "" : `, the best ones in ${folder.best}`;
  process.stderr.write(`the trained weights are in ${folder.adapter}${kept}\n`);
  requireScored([...evaluations, ...(best?.evaluations ?? [])]);
}

/** With --resume and no settings the run's own configuration, otherwise what the options say. */
async function trainConfig(options: TrainOptions, command: Command): Promise<RunConfig> {
  const { images, captions, output, resume, skipBad } = options;
  if ((images === undefined) !== (captions === undefined)) {
    command.error("error: --images and --captions belong together: give both", { exitCode: 2 });
  }
  const shorthand: readonly Layer[] =
    images === undefined || captions === undefined ? [] : [photosLayer(images, captions)];
  const skipping: readonly Layer[] = skipBad ? [{ name: "--skip-bad", value: { skipBad } }] : [];
  const settings = [...shorthand, ...skipping, ...outputLayer(output)];
  const folder = runFolder(output === undefined ? (await resolveConfig({})).output : resolve(output));
  const isBare = !hasConfig(options) && shorthand.length === 0;
  if (!resume || !isBare || !existsSync(folder.config)) return configFrom(options, settings);
  const stored = await storedConfig(folder);
  return { ...stored, output: folder.path, skipBad: skipBad || stored.skipBad };
}

function photosLayer(images: string, captions: string): Layer {
  const caption = { features: resolve(images), train: { annotations: resolve(captions) } };
  return { name: "--images and --captions", value: { tasks: { caption } } };
}
