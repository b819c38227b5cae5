import * as v from "valibot";
import { type GqaQuestionRecord, readGqaQuestions, readQuestionLists } from "../data/index.ts";
import { PROMPTS } from "../text/index.ts";
import { requireAsked } from "./asked.ts";
import { scoreGqa } from "./gqa-scores.ts";
import { areLabelled, bestFirst, drawnAnswer } from "./labelled-answers.ts";
import { predictedExamples } from "./predictions.ts";
import { filesOfOneKind } from "./reference-files.ts";
import { readResultList, resultList } from "./result-list.ts";
import type { Example, Task, TaskForm, TaskSplit } from "./task.ts";
import { Paths, type SourceForm, splitSource } from "./task-source.ts";

/** Official files such as `testdev_balanced_questions.json`. */
const OFFICIAL = v.strictObject({ questions: Paths });

/** The original's question lists, as LXMERT prepares them. */
const LIST = v.strictObject({ list: Paths });

/** The files of a GQA split, one after another: official questions, or question lists. */
export const GQA_SOURCE = v.lazy((entry) =>
  typeof entry === "object" && entry !== null && "list" in entry ? LIST : OFFICIAL,
);

const ACCEPTED: SourceForm<v.InferOutput<typeof GQA_SOURCE>> = {
  task: "gqa",
  schema: GQA_SOURCE,
  form: "{ questions } or { list }, each a path or a list of paths",
};

const REFERENCES = "official questions with answers, or question lists";

const FORM: TaskForm = {
  loss: "example-mean",
  limits: { source: 20, target: Number.POSITIVE_INFINITY },
  visual: "images",
  answer: { kind: "text", beams: 1, maxLength: 20 },
};

/**
 * Compositional questions of GQA. The source text is prompt and question; the target is the question's answer, drawn in
 * proportion to the scores should a list give several.
 * Quirk: unlike VQA's, no score weighs an example's loss, so a question without any scored answer is trained towards the
 * empty text; and answers are never cut.
 */
export const gqa: Task = {
  name: "gqa",
  prompt: PROMPTS.gqa,
  sixtieths: 100,
  sourceSchema: GQA_SOURCE,
  resultEnding: "json",
  referenceHelp: REFERENCES,
  form: () => FORM,
  ask(asked, _, { prompt = PROMPTS.gqa } = {}) {
    requireAsked("gqa", asked, { needed: ["text"] });
    return { prompt: prompt + (asked.text ?? "") };
  },
  async load(source, split, { prompt = PROMPTS.gqa } = {}) {
    return gqaSplit(split, await readQuestions(splitSource(source, split, ACCEPTED)), prompt);
  },
  readResults: (file) => readResultList(file, { id: "questionId", text: "prediction" }),
  async referenceSource(files) {
    const found = await filesOfOneKind(files, REFERENCES);
    return { [found.kind === "list" ? "list" : "questions"]: [...found.files] };
  },
};

function readQuestions(files: v.InferOutput<typeof GQA_SOURCE>): Promise<GqaQuestionRecord[]> {
  return "list" in files
    ? readQuestionLists([files.list].flat())
    : readGqaQuestions([files.questions].flat());
}

function gqaSplit(split: string, questions: readonly GqaQuestionRecord[], prompt: string): TaskSplit {
  const examples = questions.map((question): Example => ({
    id: String(question.id),
    images: [question.image],
    prompt: prompt + question.question,
    references: bestFirst(question),
  }));
  return {
    task: "gqa",
    split,
    form: FORM,
    examples,
    target(index, random) {
      const { text } = drawnAnswer(questions, index, { task: "gqa", split, random });
      return { text, weight: 1 };
    },
    hasTarget: (index) => questions[index]?.label !== undefined,
    isScorable: areLabelled(questions),
    score: (predictions) => scoreGqa(questions, examples, predictions),
    resultFile: (predictions) =>
      resultList(
        predictedExamples(examples, predictions).map(({ example, text }) => ({
          prediction: text,
          questionId: example.id,
        })),
      ),
  };
}
