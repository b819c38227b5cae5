import { Command } from "commander";
import { nearest, type RunTask } from "../config/index.ts";
import { VlPetError } from "../error.ts";
import { TASKS } from "../tasks/index.ts";
import { scoreRecord } from "./evaluation.ts";
import { table } from "./table.ts";

interface ScoreOptions {
  readonly task: string;
  readonly predictions: string;
  readonly references: readonly string[];
  readonly split: string;
  readonly json: boolean;
  readonly perItem: boolean;
}

function notes(): string {
  const references = Object.values(TASKS).map(({ name, referenceHelp }) => `  ${name}: ${referenceHelp}`);
  return `
Predictions are the benchmarks' own result files, as vlpet evaluate --output
writes them. References, by task:
${references.join("\n")}
Examples without a prediction are not counted.

Examples:
  vlpet score --task caption --predictions results.json \\
              --references captions_val2014.json
  vlpet score --task vqa --predictions results.json \\
              --references questions.json annotations.json --json`;
}

/** `vlpet score` */
export function scoreCommand(): Command {
  return new Command("score")
    .description("score a file of predictions against references")
    .requiredOption("-t, --task <name>", `one of ${Object.keys(TASKS).join(", ")}`)
    .requiredOption("--predictions <file>", "the predictions")
    .requiredOption("--references <files...>", "what they are compared with")
    .option("--split <name>", "which split of dataset_coco.json", "test")
    .option("--per-item", "print the score of every item, too", false)
    .option("--json", "print JSON", false)
    .addHelpText("after", notes)
    .action(scoreWith);
}

async function scoreWith(options: ScoreOptions): Promise<void> {
  const { predictions, references, split, json, perItem } = options;
  const task = taskName(options.task);
  const results = await TASKS[task].readResults(predictions);
  const source = await TASKS[task].referenceSource(references, split);
  const loaded = await TASKS[task].load({ [split]: source }, split);
  const scores = loaded.score(results);
  const items = [...scores.perItem];
  if (json) {
    const record = { task, ...scoreRecord(scores), examples: loaded.examples.length };
    console.log(
      JSON.stringify(perItem ? { ...record, perItem: Object.fromEntries(items) } : record, null, 2),
    );
    return;
  }
  const { headline, all, count } = scores;
  const rows = Object.entries(all).map(([name, value]) => [
    name === headline.name ? `${name} *` : name,
    value.toFixed(2),
  ]);
  console.log(table(["score", "percent"], rows));
  console.log(
    `${count} of ${loaded.examples.length} examples have a prediction; * is the number papers report`,
  );
  if (perItem) for (const [id, value] of items) console.log(`${id}\t${value.toFixed(2)}`);
}

function taskName(name: string): RunTask {
  const known = Object.keys(TASKS);
  if (known.includes(name)) return name as RunTask;
  const guess = nearest(name, known);
  throw new VlPetError("config", `there is no task "${name}"`, {
    where: `--task ${name}`,
    expected: `one of ${known.join(", ")}`,
    fix: guess === null ? "name one of them" : `did you mean "${guess}"?`,
  });
}
