import { Command } from "commander";
import type { RunTask } from "../config/index.ts";
import { type Scores, TASKS } from "../tasks/index.ts";
import { taskSource } from "./asked-split.ts";
import { addConfigOptions, configFrom, hasConfig, type ConfigOptions } from "./config-options.ts";
import { scoreRecord } from "./evaluation.ts";
import { addJavaOptions, type JavaOptions, type JavaScore, javaScores } from "./java-scores.ts";
import { table } from "./table.ts";
import { taskName } from "./task-name.ts";

interface ScoreOptions extends JavaOptions, ConfigOptions {
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
Examples without a prediction are not counted. METEOR and SPICE are computed
by their authors' Java programs only, which you download yourself. The task's
own settings, if any, are those of a configuration: --config runs/mine/config.json.

Examples:
  vlpet score --task caption --predictions results.json \\
              --references captions_val2014.json
  vlpet score --task vqa --predictions results.json \\
              --references questions.json annotations.json --json`;
}

/** `vlpet score` */
export function scoreCommand(): Command {
  const command = new Command("score")
    .description("score a file of predictions against references")
    .requiredOption("-t, --task <name>", `one of ${Object.keys(TASKS).join(", ")}`)
    .requiredOption("--predictions <file>", "the predictions")
    .requiredOption("--references <files...>", "what they are compared with")
    .option("--split <name>", "which split of dataset_coco.json", "test");
  return addConfigOptions(addJavaOptions(command))
    .option("--per-item", "print the scores of every item, too", false)
    .option("--json", "print JSON", false)
    .addHelpText("after", notes)
    .action(scoreWith);
}

/** What the references are loaded as: a training split would have an example for each description of a picture or clip. */
const SCORED_AS = "valid";

async function scoreWith(options: ScoreOptions): Promise<void> {
  const { predictions, references, split, json } = options;
  const task = taskName(options.task, `--task ${options.task}`);
  const results = await TASKS[task].readResults(predictions);
  const entry = await TASKS[task].referenceSource(references, split);
  const settings = hasConfig(options) ? taskSource(await configFrom(options), task) : {};
  const loaded = await TASKS[task].load({ ...settings, [SCORED_AS]: entry }, SCORED_AS);
  const scores = loaded.score(results);
  const java = await javaScores(loaded, results, options);
  const all = { ...scores.all, ...Object.fromEntries(java.map(({ name, value }) => [name, value])) };
  const scored = { task, scores: { ...scores, all }, java, examples: loaded.examples.length };
  console.log(json ? scoredJson(scored, options) : scoredText(scored, options));
}

/** What was scored: the task's own scores, Java's among `all` of them, and how many examples there are. */
interface Scored {
  readonly task: RunTask;
  readonly scores: Scores;
  readonly java: readonly JavaScore[];
  readonly examples: number;
}

/** `perItem` holds the headline's values; those of the Java programs come beside it. */
function scoredJson({ task, scores, java, examples }: Scored, { perItem }: ScoreOptions): string {
  const record = { task, ...scoreRecord(scores), examples };
  if (!perItem) return JSON.stringify(record, null, 2);
  const values = Object.fromEntries(scores.perItem);
  const javaValues = java.map((score) => [score.name, Object.fromEntries(score.perItem)] as const);
  const perItemOf = java.length === 0 ? {} : { perItemOf: Object.fromEntries(javaValues) };
  return JSON.stringify({ ...record, perItem: values, ...perItemOf }, null, 2);
}

function scoredText({ scores, java, examples }: Scored, { perItem }: ScoreOptions): string {
  const { headline, all, count } = scores;
  const rows = Object.entries(all).map(([name, value]) => [
    name === headline.name ? `${name} *` : name,
    value.toFixed(2),
  ]);
  const lines = [
    table(["score", "percent"], rows),
    `${count} of ${examples} examples have a prediction; * is the headline score`,
  ];
  if (!perItem) return lines.join("\n");
  const columns = [scores, ...java].map((score) => score.perItem);
  const names = ["example", headline.name, ...java.map(({ name }) => name)];
  const items = [...scores.perItem.keys()].map((id) =>
    [id, ...columns.map((values) => (values.get(id) ?? Number.NaN).toFixed(2))].join("\t"),
  );
  return [...lines, ...(java.length === 0 ? [] : [names.join("\t")]), ...items].join("\n");
}
