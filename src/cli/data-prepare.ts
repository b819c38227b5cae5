import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import { nearest } from "../config/index.ts";
import { VlPetError } from "../error.ts";
import { type FoundFiles, OFFICIAL_FILES } from "../tasks/prepare/official-files.ts";
import {
  missingFor,
  PREPARED_FILES,
  type PreparedFile,
  type PreparedTask,
  sourcesOf,
} from "../tasks/prepare/prepared-files.ts";
import { collected } from "./config-options.ts";
import { findOfficial } from "./find-official.ts";
import { progressBar } from "./progress.ts";
import { table } from "./table.ts";
import { writeOnce, type Written } from "./write-once.ts";

interface PrepareOptions {
  readonly from: readonly string[];
  readonly output: string;
  readonly tasks?: string;
  readonly ownSplit: boolean;
  readonly overwrite: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

const TASK_NAMES = [...new Set(PREPARED_FILES.map(({ task }) => task))];

function notes(): string {
  const names = Object.values(OFFICIAL_FILES).map((official) => `  ${official.names.join(" or ")}`);
  return `
Makes the annotation files that the preset original-data reads out of the
benchmarks' own files, which are found below --from by these names:
${names.join("\n")}
VQA's questions are divided by the split that Karpathy's dataset_coco.json gives
their images. Without a vocabulary VQA's answers are counted: those to at least
nine questions. One file is read into memory at a time (the largest, VQA's
annotations, needs about 3 GB); GQA's questions are read one by one.

Examples:
  vlpet data prepare --from downloads --output datasets
  vlpet data prepare --from gqa --from nlvr2 --output datasets --tasks gqa,nlvr`;
}

/** `vlpet data prepare` */
export function prepareCommand(): Command {
  return new Command("prepare")
    .description("make the annotation files of the original's layout from the official ones")
    .requiredOption(
      "--from <folder>",
      "where the official files lie, at any depth; can be repeated",
      collected,
      [],
    )
    .option("-o, --output <folder>", "the folder of the data", "datasets")
    .option("--tasks <names>", `only these of ${TASK_NAMES.join(", ")}, separated by commas`)
    .option("--own-split", "without dataset_coco.json: divide val2014 into val and test in turn", false)
    .option("--overwrite", "replace files that are there with another content", false)
    .option("--json", "print what was done as JSON", false)
    .option("-q, --quiet", "show no progress", false)
    .addHelpText("after", notes)
    .action(prepareWith);
}

/** What became of one file. */
interface Outcome {
  readonly task: PreparedTask;
  readonly file: string;
  readonly state: Written | "missing";
  /** The official files it was made of, or those that it lacks. */
  readonly sources: readonly string[];
}

async function prepareWith(options: PrepareOptions, command: Command): Promise<void> {
  if (options.from.length === 0)
    command.error("error: give --from, the folder of the official files", { exitCode: 2 });
  const tasks = taskNames(options.tasks);
  const all = await findOfficial(options.from.map((folder) => resolve(folder)));
  const found = options.ownSplit ? all : withoutCaptions(all);
  const outcomes: Outcome[] = [];
  for (const task of tasks ?? TASK_NAMES) outcomes.push(...(await prepared(task, found, options)));
  const made = outcomes.filter(({ state }) => state !== "missing");
  if (options.json)
    console.log(JSON.stringify({ output: resolve(options.output), files: outcomes }, null, 2));
  else console.log(outcomeTable(outcomes));
  const empty = (tasks ?? []).find((task) => !made.some((outcome) => outcome.task === task));
  if (made.length === 0 || empty !== undefined) throw nothingMade(options, all);
}

/** Official captions do not say to which of Karpathy's splits an image belongs: they are only used if that is wanted. */
function withoutCaptions(found: FoundFiles): FoundFiles {
  return new Map([...found].filter(([name]) => name !== "captionsTrain" && name !== "captionsVal"));
}

async function prepared(
  task: PreparedTask,
  found: FoundFiles,
  { output, overwrite, quiet }: PrepareOptions,
): Promise<readonly Outcome[]> {
  const sources = sourcesOf(found);
  const files = PREPARED_FILES.filter((file) => file.task === task);
  const progress = progressBar(task, { quiet });
  const outcomes: Outcome[] = [];
  try {
    for (const [i, file] of files.entries()) {
      progress.show(i, files.length, ` | ${file.path}`);
      const missing = missingFor(file, found);
      const state =
        missing.length > 0
          ? "missing"
          : await writeOnce(resolve(output, file.path), file.content(sources), { replace: overwrite });
      const used = missing.length > 0 ? missing : usedFor(file, found);
      outcomes.push({ task, file: join(output, file.path), state, sources: used });
    }
  } finally {
    progress.stop();
  }
  return outcomes;
}

/** The found file of each group that a file is made of. */
function usedFor({ needs }: PreparedFile, found: FoundFiles): readonly string[] {
  const used = needs.map((names) => names.map((name) => found.get(name)).find((path) => path !== undefined));
  return [...new Set(used.filter((path) => path !== undefined))];
}

function outcomeTable(outcomes: readonly Outcome[]): string {
  const words = { written: "written", same: "there already", missing: "not made" } as const;
  const rows = outcomes.map(({ task, file, state, sources }) => [
    task,
    file,
    words[state],
    `${state === "missing" ? "lacks " : ""}${sources.map((source) => basename(source)).join(", ")}`,
  ]);
  return table(["task", "file", "", "from"], rows);
}

function taskNames(list: string | undefined): readonly PreparedTask[] | null {
  if (list === undefined) return null;
  return list.split(",").map((name) => {
    const known = TASK_NAMES.find((task) => task === name);
    if (known !== undefined) return known;
    const guess = nearest(name, TASK_NAMES);
    throw new VlPetError("config", `the files of "${name}" are not made here`, {
      where: `--tasks ${list}`,
      expected: `one of ${TASK_NAMES.join(", ")}`,
      fix: guess === null ? "name one of them" : `did you mean "${guess}"?`,
    });
  });
}

function nothingMade({ from, ownSplit }: PrepareOptions, found: FoundFiles): VlPetError {
  const captions = !ownSplit && (found.has("captionsTrain") || found.has("captionsVal"));
  return new VlPetError("data", "official files are missing", {
    where: from.join(", "),
    received: found.size === 0 ? "none of the official files" : [...found.values()].join(", "),
    fix: captions
      ? "add dataset_coco.json, or divide the images otherwise with --own-split"
      : "add the files that the table names; vlpet data prepare --help lists all of them",
  });
}
