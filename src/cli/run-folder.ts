import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { resolveConfig, settingLeaves, type RunConfig } from "../config/index.ts";
import { VlPetError } from "../error.ts";
import { SKIPPED } from "./skipped-examples.ts";

/** Where everything of a run lies. */
export interface RunFolder {
  readonly path: string;
  /** The resolved configuration. */
  readonly config: string;
  readonly log: string;
  readonly checkpoints: string;
  /** The weights after the last update. */
  readonly adapter: string;
  /** The weights with the best average on the validation splits, where a run validates every epoch. */
  readonly best: string;
  readonly results: string;
  /** Examples that were left out because their features cannot be used, where that was asked for. */
  readonly skipped: string;
  /** Frozen weights that the backbone's own file does not hold; there while the run is at work. */
  readonly frozen: string;
}

export function runFolder(path: string): RunFolder {
  return {
    path,
    config: join(path, "config.json"),
    log: join(path, "metrics.jsonl"),
    checkpoints: join(path, "checkpoints"),
    adapter: join(path, "adapter"),
    best: join(path, "best"),
    results: join(path, "results"),
    skipped: join(path, SKIPPED),
    frozen: join(path, "frozen"),
  };
}

/** @throws VlPetError "config" unless a new run can begin in this folder: it is empty or not there. */
export async function requireEmpty({ path, config }: RunFolder): Promise<void> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new VlPetError("config", "this cannot be the folder of a run", {
      where: path,
      received: error.message,
      fix: "name another folder with --output",
      cause: error,
    });
  });
  if (names.length === 0) return;
  throw new VlPetError("config", "the folder for the run is not empty", {
    where: path,
    received: names
      .toSorted((a, b) => (a < b ? -1 : 1))
      .slice(0, 6)
      .join(", "),
    fix: existsSync(config)
      ? "go on with this run by adding --resume, or begin another one with --output FOLDER"
      : "name another folder with --output",
  });
}

/**
 * The configuration with which a run was started.
 *
 * @throws VlPetError "config" when the folder holds no run.
 */
export async function storedConfig(
  { path, config }: RunFolder,
  set: readonly string[] = [],
): Promise<RunConfig> {
  if (existsSync(config)) return resolveConfig({ file: config, set });
  throw new VlPetError("config", "there is no run in this folder", {
    where: path,
    expected: "a folder with config.json, as vlpet train leaves it",
    fix: "check the path, or train first",
  });
}

/** Settings that may differ when a run goes on: they do not touch its numbers. */
const FREE = [
  "output",
  "engine",
  "generation",
  "training.checkpointEvery",
  "training.logEvery",
  "training.validate",
];

/**
 * @throws VlPetError "config" naming the first setting in which a configuration differs from that of the run that it
 * is to go on with.
 */
export async function requireSameRun(folder: RunFolder, config: RunConfig): Promise<void> {
  const before = new Map(settingLeaves(await storedConfig(folder)));
  const now = new Map(settingLeaves(config));
  const keys = new Set([...before.keys(), ...now.keys()]);
  const changed = [...keys].filter((key) => !isFree(key) && before.get(key) !== now.get(key));
  const [first] = changed;
  if (first === undefined) return;
  const more = changed.length === 1 ? "" : ` (and ${changed.length - 1} more)`;
  throw new VlPetError("config", `the run was started with another "${first}"${more}`, {
    where: folder.config,
    expected: before.get(first) ?? "nothing",
    received: now.get(first) ?? "nothing",
    fix: "give --output and --resume alone to go on with the run's own settings, or begin a new run",
  });
}

function isFree(key: string): boolean {
  return FREE.some((free) => key === free || key.startsWith(`${free}.`));
}
