import { resolve } from "node:path";
import { Command } from "commander";
import type { RunConfig, RunTask } from "../config/index.ts";
import { VlPetError } from "../error.ts";
import { dataReports, isWrong, type SplitReport } from "./check/data-checks.ts";
import { SPLIT_CHECKS, type SplitCheck, type SplitCheckName } from "./check/split-checks.ts";
import { addConfigOptions, configFrom, type ConfigOptions } from "./config-options.ts";
import { interruptible } from "./interrupt.ts";
import { progressBar } from "./progress.ts";
import { runFolder, storedConfig } from "./run-folder.ts";
import { table } from "./table.ts";
import { taskNames } from "./task-name.ts";

interface CheckOptions extends ConfigOptions {
  readonly run?: string;
  readonly tasks?: string;
  readonly all: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

function notes(): string {
  const checks = Object.values<SplitCheck>(SPLIT_CHECKS).map(
    ({ label, says, level }) => `  ${label.padEnd(18)} ${says}${level === "note" ? " (no fault)" : ""}`,
  );
  return `
For every split of every task:
${checks.join("\n")}
Features are read and tokens counted of a sample only (100 images, 1000
examples), unless --all is given. Tokens are counted where the configuration
names a tokenizer. The exit status is 1 when something is wrong.

Examples:
  vlpet data check --preset original-data --set data=datasets
  vlpet data check --run runs/mine --all --json`;
}

/** `vlpet data check` */
export function checkCommand(): Command {
  const command = new Command("check")
    .description("look for faults in the data of a configuration before it is trained on")
    .option("-r, --run <folder>", "the configuration of this run; --set changes it");
  return addConfigOptions(command)
    .option("--tasks <names>", "only these tasks, separated by commas")
    .option("--all", "read all features and count the tokens of all texts", false)
    .option("--json", "print the counts as JSON", false)
    .option("-q, --quiet", "show no progress", false)
    .addHelpText("after", notes)
    .action(checkWith);
}

async function checkWith(options: CheckOptions, command: Command): Promise<void> {
  const config = await checkedConfig(options, command);
  const reports = await reported(config, taskNames(options.tasks), options);
  if (reports.length === 0) throw withoutData();
  console.log(options.json ? reportsJson(reports) : reportsText(reports));
  const wrong = reports.filter(isWrong);
  if (wrong.length > 0) throw wrongData(wrong);
}

async function checkedConfig(options: CheckOptions, command: Command): Promise<RunConfig> {
  const { run, preset, config, set } = options;
  if (run === undefined) return configFrom(options);
  if (preset.length > 0 || config !== undefined) {
    command.error("error: a run has its own configuration: change it by --set only", { exitCode: 2 });
  }
  return storedConfig(runFolder(resolve(run)), set);
}

async function reported(
  config: RunConfig,
  tasks: readonly RunTask[] | null,
  { all, quiet }: CheckOptions,
): Promise<readonly SplitReport[]> {
  const progress = progressBar("reading features", { quiet });
  const onProgress = (label: string, done: number, total: number): void =>
    progress.show(done, total, ` | ${label}`);
  try {
    return await interruptible((signal) => dataReports({ config, tasks, all, onProgress, signal }));
  } finally {
    progress.stop();
  }
}

const CHECKS = Object.entries<SplitCheck>(SPLIT_CHECKS) as readonly (readonly [SplitCheckName, SplitCheck])[];

function reportsText(reports: readonly SplitReport[]): string {
  const rows = reports.map(({ task, split, examples, findings }) => [
    task,
    split,
    examples ?? "cannot be read",
    ...CHECKS.map(([name]) => findings[name]?.count ?? "-"),
  ]);
  const columns = CHECKS.map(([, { label }]) => label);
  return [table(["task", "split", "examples", ...columns], rows), ...reports.flatMap(details)].join("\n");
}

/** A line for everything that was found in a split, with the first of what it was found in. */
function details({ task, split, error, findings }: SplitReport): readonly string[] {
  const lines = CHECKS.flatMap(([name, { says }]) => {
    const { count = 0, of = 0, first = [] } = findings[name] ?? {};
    if (count === 0) return [];
    return [
      `${task} ${split}: ${count} of ${of} ${says}: ${first.join(", ")}${count > first.length ? ", …" : ""}`,
    ];
  });
  return error === null ? lines : [`${task} ${split}: ${error}`, ...lines];
}

function reportsJson(reports: readonly SplitReport[]): string {
  const splits = reports.map((report) => ({ ...report, wrong: isWrong(report) }));
  return JSON.stringify({ wrong: splits.some(({ wrong }) => wrong), splits }, null, 2);
}

function wrongData(reports: readonly SplitReport[]): VlPetError {
  const names = reports.map(({ task, split }) => `${task} ${split}`);
  return new VlPetError("data", "something is wrong with the data", {
    where: names.join(", "),
    fix: "see the lines below the table; --skip-bad trains without examples whose features cannot be used",
  });
}

function withoutData(): VlPetError {
  return new VlPetError("config", "the configuration names no data", {
    where: "tasks",
    fix: "name some, for example --preset original-data --set data=FOLDER",
  });
}
