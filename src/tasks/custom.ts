import * as v from "valibot";
import { readJsonLines, readRows } from "../data/index.ts";
import { uniqueIds } from "../data/unique-ids.ts";
import { VlPetError } from "../error.ts";
import { askedCustom } from "./custom-asked.ts";
import { customScores } from "./custom-metrics.ts";
import { type CustomRow, customRow, type PlacedRow, spelledChoice } from "./custom-rows.ts";
import {
  CUSTOM_SETTINGS,
  customForm,
  type CustomSettings,
  customSettings,
  customSplits,
} from "./custom-settings.ts";
import { answeredBy, predictedExamples, scorableExamples } from "./predictions.ts";
import { someFiles } from "./reference-files.ts";
import { resultMap } from "./result-list.ts";
import type { Example, Scores, Task, TaskSplit } from "./task.ts";
import { isTrainingSplit, Paths, type SourceForm, splitSource } from "./task-source.ts";

const PROMPT = "custom: ";

/** The files of a split: one or several tables, one example a row. */
export const CUSTOM_SOURCE = v.strictObject({ rows: Paths });

const ACCEPTED: SourceForm<v.InferOutput<typeof CUSTOM_SOURCE>> = {
  task: "custom",
  schema: CUSTOM_SOURCE,
  form: "{ rows: a path or a list of paths, of .csv or .jsonl files }",
};

/** A line of a result file. */
const RESULT = v.looseObject({ id: v.union([v.string(), v.number()]), prediction: v.string() });

/**
 * The user's own data: CSV or JSON lines, one example a row. The settings (`CUSTOM_SETTINGS`) say how a row becomes a
 * source text, which columns hold pictures and targets, how the model answers and by which metrics it is scored; see
 * docs/your-own-data.md. A training target is one of the row's targets, each as likely as it is frequent.
 */
export const custom: Task = {
  name: "custom",
  prompt: PROMPT,
  sixtieths: 60,
  sourceSchema: CUSTOM_SOURCE,
  settings: CUSTOM_SETTINGS,
  resultEnding: "jsonl",
  referenceHelp: "files of rows, .csv or .jsonl",
  form: (source) => customForm(customSettings(source)),
  ask: (asked, source, { prompt = PROMPT } = {}) => askedCustom(asked, customSettings(source), prompt),
  async load(source, split, { prompt = PROMPT } = {}) {
    const settings = customSettings(source);
    const files = [splitSource(customSplits(source), split, ACCEPTED).rows].flat();
    const placed: PlacedRow[] = [];
    for (const file of files) {
      for (const row of await readRows(file)) placed.push({ ...row, file });
    }
    const trains = isTrainingSplit(split);
    const rows = placed.map((row, i) => customRow(row, i + 1, { settings, trains }));
    const requireNew = uniqueIds(settings.columns.id ?? "id");
    placed.forEach(({ file, line }, i) => requireNew(rows[i]?.id ?? "", `${file}:${line}`));
    return customSplit(split, rows, { settings, prompt });
  },
  async readResults(file) {
    const results = await readJsonLines(file, RESULT);
    return resultMap(
      results.map(({ id, prediction }) => [String(id), prediction]),
      file,
    );
  },
  async referenceSource(files) {
    return { rows: someFiles(files, "one or more files of rows") };
  },
};

function customSplit(
  split: string,
  rows: readonly CustomRow[],
  { settings, prompt }: { readonly settings: CustomSettings; readonly prompt: string },
): TaskSplit {
  const examples = rows.map(({ id, images, text, targets }): Example => {
    return { id, images, prompt: prompt + text, references: targets };
  });
  return {
    task: "custom",
    split,
    form: customForm(settings),
    examples,
    target(index, random) {
      const row = rows[index];
      if (row === undefined) throw new RangeError(`split ${split} has no example ${index}`);
      if (row.targets.length > 0) return { text: random.pick(row.targets), weight: 1 };
      throw new VlPetError("data", "this row has nothing to train towards", {
        where: `custom ${split}, example ${row.id}`,
        fix: "train on rows that have a target",
      });
    },
    ...answeredBy(examples),
    isScorable: examples.some(({ references }) => references.length > 0),
    score: (predictions) => scoredRows(rows, examples, { settings, predictions }),
    resultFile: (predictions) =>
      predictedExamples(examples, predictions)
        .map(({ index, example, text }) => {
          const prediction = spelledChoice(text, rows[index]?.choices ?? null);
          return `${JSON.stringify({ id: example.id, prediction })}\n`;
        })
        .join(""),
  };
}

/** Rows without a target are left out. */
function scoredRows(
  rows: readonly CustomRow[],
  examples: readonly Example[],
  scoring: { readonly settings: CustomSettings; readonly predictions: ReadonlyMap<string, string> },
): Scores {
  const answered = scorableExamples(examples, scoring.predictions).filter(
    ({ example }) => example.references.length > 0,
  );
  if (answered.length === 0) {
    throw new VlPetError("data", "none of the predicted rows has a target to compare with", {
      where: "custom",
      fix: "score a split that has targets",
    });
  }
  const scores = customScores(
    scoring.settings.metrics,
    answered.map(({ index, text }) => spelledChoice(text, rows[index]?.choices ?? null)),
    answered.map(({ example }) => example.references),
  );
  const [[name, headline] = ["", { value: 0, perItem: [] }]] = scores;
  return {
    headline: { name, value: headline.value },
    all: Object.fromEntries([...scores].map(([metric, { value }]) => [metric, value])),
    count: answered.length,
    perItem: new Map(answered.map(({ example }, i) => [example.id, headline.perItem[i] ?? 0])),
  };
}
