import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { modelRequest, taskPrompts, withAdapter, type RunConfig } from "../config/index.ts";
import { VlPetError } from "../error.ts";
import { ADAPTER_CONFIG, readAdapterConfig } from "../train/adapter-folder.ts";
import { modelSession, type ModelSession } from "../train/session.ts";
import { addConfigOptions, configFrom, type ConfigOptions } from "./config-options.ts";
import { runFolder, storedConfig } from "./run-folder.ts";

/** The options of every command that uses a trained model. */
export interface RunOptions extends ConfigOptions {
  readonly run?: string;
  readonly weights: "last" | "best";
  readonly adapter?: string;
}

/** A trained model: its weights and the configuration that goes with them. */
export interface TrainedModel {
  readonly config: RunConfig;
  /** The folder of the weights. */
  readonly adapter: string;
  /** The tasks it was trained for and the words that announce each. */
  readonly prompts: Readonly<Record<string, string>>;
}

/** Declares --run and --adapter, and the options of a configuration. */
export function addRunOptions(command: Command): Command {
  command
    .option("-r, --run <folder>", "a run's folder; its own configuration is used, --set changes it")
    .addOption(
      new Option("--weights <which>", "of a run: those of the last update, or the best in validation")
        .choices(["last", "best"])
        .default("last"),
    )
    .option("-a, --adapter <folder>", "trained weights alone; the configuration says the rest");
  return addConfigOptions(command);
}

/** @throws VlPetError "config" or "checkpoint" when there is no such run or adapter. */
export async function trainedModel(options: RunOptions, command: Command): Promise<TrainedModel> {
  const { run, adapter, preset, config } = options;
  if ((run === undefined) === (adapter === undefined)) {
    command.error("error: give either --run or --adapter", { exitCode: 2 });
  }
  if (run !== undefined && (preset.length > 0 || config !== undefined)) {
    command.error("error: a run has its own configuration: change it by --set only", { exitCode: 2 });
  }
  if (run !== undefined) return ofRun(resolve(run), options);
  return ofAdapter(resolve(adapter ?? ""), await configFrom(options));
}

async function ofRun(path: string, { set, weights }: RunOptions): Promise<TrainedModel> {
  const folder = runFolder(path);
  const config = await storedConfig(folder, set);
  const adapter = weights === "best" ? folder.best : folder.adapter;
  if (existsSync(adapter)) return { config, adapter, prompts: taskPrompts(config) };
  if (weights === "best") {
    throw new VlPetError("checkpoint", "this run kept no best weights", {
      where: path,
      expected: "the folder best",
      fix: "leave --weights out to have the last ones; a run keeps the best if it validates after each epoch",
    });
  }
  throw new VlPetError("checkpoint", "this run has not come to its end", {
    where: path,
    expected: "the folder adapter",
    fix: `go on with it: vlpet train --output ${path} --resume`,
  });
}

async function ofAdapter(adapter: string, config: RunConfig): Promise<TrainedModel> {
  const stored = await readAdapterConfig(adapter);
  const { prompts } = stored;
  return { config: withAdapter(config, stored, join(adapter, ADAPTER_CONFIG)), adapter, prompts };
}

/** Opens the model for some work. Frozen weights that no file holds lie in a temporary folder meanwhile. */
export async function withSession<T>(
  { config, adapter, prompts }: TrainedModel,
  work: (session: ModelSession) => Promise<T>,
): Promise<T> {
  const request = await modelRequest(config);
  const scratch = await mkdtemp(join(tmpdir(), "vlpet-"));
  try {
    const session = await modelSession({ ...request, prompts, adapter, scratch });
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
