import * as v from "valibot";
import { type PairStatement, readOfficialStatements, readStatementList } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import { nlvr2Scores } from "../metrics/index.ts";
import { PROMPTS } from "../text/index.ts";
import { requireAsked } from "./asked.ts";
import { withoutAnswer } from "./labelled-answers.ts";
import { readTruthFile, saysTrue, truthFile, TRUTHS } from "./nlvr-results.ts";
import { predictedExamples, scorableExamples } from "./predictions.ts";
import { filesOfOneKind, onlyFile } from "./reference-files.ts";
import type { Example, Scores, Target, Task, TaskForm, TaskSplit } from "./task.ts";
import { Path, type SourceForm, splitSource } from "./task-source.ts";

/** An official file such as `dev.json`, one object a line. */
const OFFICIAL = v.strictObject({ annotations: Path });

/** One of the original's lists, as LXMERT prepares them. */
const LIST = v.strictObject({ list: Path });

/** The file of an NLVR2 split: official JSON lines, or a list of statements. */
export const NLVR_SOURCE = v.lazy((entry) =>
  typeof entry === "object" && entry !== null && "list" in entry ? LIST : OFFICIAL,
);

const ACCEPTED: SourceForm<v.InferOutput<typeof NLVR_SOURCE>> = {
  task: "nlvr",
  schema: NLVR_SOURCE,
  form: "{ annotations } or { list }, each a path",
};

const REFERENCES = "the official JSON lines with labels, or one list of statements";

const FORM: TaskForm = {
  loss: "example-mean",
  limits: { source: Number.POSITIVE_INFINITY, target: Number.POSITIVE_INFINITY },
  visual: "images",
  imageCount: 2,
  answer: { kind: "word", words: TRUTHS },
};

/**
 * Statements about two photos, NLVR2. The source text is prompt and statement; the answer is whichever of "true" and
 * "false" the model finds likelier. An example's id is its identifier.
 * Quirk: alone of all tasks, its texts are never cut.
 */
export const nlvr: Task = {
  name: "nlvr",
  prompt: PROMPTS.nlvr,
  sixtieths: 20,
  sourceSchema: NLVR_SOURCE,
  resultEnding: "csv",
  referenceHelp: REFERENCES,
  form: () => FORM,
  ask(asked, _, { prompt = PROMPTS.nlvr } = {}) {
    requireAsked("nlvr", asked, { needed: ["text"] });
    return { prompt: prompt + (asked.text ?? "") };
  },
  async load(source, split, { prompt = PROMPTS.nlvr } = {}) {
    const files = splitSource(source, split, ACCEPTED);
    const statements = await ("list" in files
      ? readStatementList(files.list)
      : readOfficialStatements(files.annotations));
    return nlvrSplit(split, statements, prompt);
  },
  readResults: readTruthFile,
  async referenceSource(files) {
    const only = onlyFile(files, REFERENCES);
    const { kind } = await filesOfOneKind([only], REFERENCES);
    return { [kind === "list" ? "list" : "annotations"]: only };
  },
};

function nlvrSplit(split: string, statements: readonly PairStatement[], prompt: string): TaskSplit {
  const examples = statements.map(({ identifier, images, statement, label }): Example => ({
    id: identifier,
    images,
    prompt: prompt + statement,
    references: label === undefined ? [] : [String(label)],
  }));
  return {
    task: "nlvr",
    split,
    form: FORM,
    examples,
    target(index): Target {
      const statement = statements[index];
      if (statement === undefined) throw new RangeError(`split ${split} has no example ${index}`);
      const { identifier, label } = statement;
      if (label === undefined) throw withoutAnswer(`nlvr ${split}, statement ${identifier}`);
      return { text: String(label), weight: 1 };
    },
    hasTarget: (index) => statements[index]?.label !== undefined,
    isScorable: statements.every(({ label }) => label !== undefined),
    score: (predictions) => scoreStatements(statements, examples, predictions),
    resultFile: (predictions) =>
      truthFile(predictedExamples(examples, predictions).map(({ example, text }) => [example.id, text])),
  };
}

/** Accuracy, and consistency among the statements that have a prediction. */
function scoreStatements(
  statements: readonly PairStatement[],
  examples: readonly Example[],
  predictions: ReadonlyMap<string, string>,
): Scores {
  const predicted = scorableExamples(examples, predictions);
  const labelled = predicted.map(({ index, example: { id } }) => {
    const label = statements[index]?.label;
    if (label !== undefined) return { identifier: id, label };
    throw new VlPetError("data", "this statement has no label to compare with", {
      where: `nlvr statement ${id}`,
      fix: "score a split with labels, or write a result file and submit it",
    });
  });
  const truth = new Map(predicted.map(({ example, text }) => [example.id, saysTrue(example.id, text)]));
  const { accuracy, consistency } = nlvr2Scores(labelled, truth);
  return {
    headline: { name: "accuracy", value: 100 * accuracy },
    all: { accuracy: 100 * accuracy, consistency: 100 * consistency },
    count: predicted.length,
    perItem: new Map(labelled.map(({ identifier: id, label }) => [id, truth.get(id) === label ? 100 : 0])),
  };
}
