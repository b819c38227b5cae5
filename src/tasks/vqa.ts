import * as v from "valibot";
import { VlPetError } from "../error.ts";
import {
  readAnnotations,
  readOfficialQuestions,
  readQuestionLists,
  readVocabulary,
  type VisualQuestion,
} from "../data/index.ts";
import { PROMPTS } from "../text/index.ts";
import { requireAsked } from "./asked.ts";
import { areLabelled, bestFirst, drawnAnswer } from "./labelled-answers.ts";
import { predictedExamples } from "./predictions.ts";
import { questionSource } from "./reference-files.ts";
import { readResultList, resultList } from "./result-list.ts";
import type { Example, Task, TaskForm, TaskSplit } from "./task.ts";
import { Path, Paths, type SourceForm, splitSource } from "./task-source.ts";
import { type AnnotatedQuestions, scoreAnswers } from "./vqa-scores.ts";

/** The official VQA v2 files of a split; a split without public answers has no annotations. */
const OFFICIAL = v.strictObject({
  questions: Path,
  annotations: v.optional(Paths),
  /** Answers that may be trained towards, such as `trainval_ans2label.json`; without it all that people gave. */
  vocabulary: v.optional(Path),
  /** How image files are named, such as `COCO_val2014_{id:12}`; see `readOfficialQuestions`. */
  imageName: v.optional(v.string()),
});

/** The original's question lists, one after another; the official annotations, if given, are used for scoring. */
const LIST = v.strictObject({ list: Paths, annotations: v.optional(Paths) });

/** The files of a VQA split: official questions and annotations, or question lists. */
export const VQA_SOURCE = v.lazy((entry) =>
  typeof entry === "object" && entry !== null && "list" in entry ? LIST : OFFICIAL,
);

const ACCEPTED: SourceForm<v.InferOutput<typeof VQA_SOURCE>> = {
  task: "vqa",
  schema: VQA_SOURCE,
  form: "{ questions, annotations?, vocabulary?, imageName? } or { list, annotations? }, each a path (list and annotations also a list of paths)",
};

/**
 * Visual question answering on VQA v2. The source text is prompt and question. A training target is one of the
 * question's answers, drawn in proportion to the soft scores, and weighs as much as its own score; a question without
 * any scored answer is trained towards "" with weight 0, as in the original.
 */
export const vqa: Task = {
  name: "vqa",
  prompt: PROMPTS.vqa,
  sixtieths: 60,
  sourceSchema: VQA_SOURCE,
  resultEnding: "json",
  referenceHelp: "the official questions and annotations, or question lists, alone or with annotations",
  form: () => FORM,
  ask(asked, _, { prompt = PROMPTS.vqa } = {}) {
    requireAsked("vqa", asked, { needed: ["text"] });
    return { prompt: prompt + (asked.text ?? "") };
  },
  async load(source, split, { prompt = PROMPTS.vqa } = {}) {
    return vqaSplit(split, await readQuestions(splitSource(source, split, ACCEPTED)), prompt);
  },
  readResults: (file) => readResultList(file, { id: "question_id", text: "answer" }),
  referenceSource: (files) => questionSource(files),
};

const FORM: TaskForm = {
  loss: "example-mean",
  limits: { source: 20, target: 10 },
  visual: "images",
  answer: { kind: "text", beams: 1, maxLength: 20 },
};

async function readQuestions(files: v.InferOutput<typeof VQA_SOURCE>): Promise<AnnotatedQuestions> {
  const paths = files.annotations === undefined ? undefined : [files.annotations].flat();
  const annotations = paths && (await readAnnotations(paths));
  if ("list" in files) {
    const lists = [files.list].flat();
    const questions = await readQuestionLists(lists);
    const unanswered = annotations && questions.find(({ id }) => !annotations.has(String(id)));
    if (unanswered !== undefined) throw withoutAnnotation(lists, unanswered);
    return { questions, annotations };
  }
  const vocabulary = files.vocabulary === undefined ? undefined : await readVocabulary(files.vocabulary);
  const questions = await readOfficialQuestions(files.questions, {
    ...(annotations && { annotations }),
    ...(vocabulary && { vocabulary }),
    ...(files.imageName !== undefined && { imageName: files.imageName }),
  });
  return { questions, annotations };
}

function vqaSplit(split: string, asked: AnnotatedQuestions, prompt: string): TaskSplit {
  const { questions } = asked;
  const examples = questions.map((question): Example => ({
    id: String(question.id),
    images: [question.image],
    prompt: prompt + question.question,
    references: bestFirst(question),
  }));
  return {
    task: "vqa",
    split,
    form: FORM,
    examples,
    target: (index, random) => drawnAnswer(questions, index, { task: "vqa", split, random }),
    hasTarget: (index) => questions[index]?.label !== undefined,
    isScorable: asked.annotations !== undefined || areLabelled(questions),
    score: (predictions) => scoreAnswers(asked, examples, predictions),
    resultFile: (predictions) =>
      resultList(
        predictedExamples(examples, predictions).map(({ index, example, text }) => ({
          answer: text,
          question_id: questions[index]?.id ?? example.id,
        })),
      ),
  };
}

function withoutAnnotation(lists: readonly string[], question: VisualQuestion): VlPetError {
  return new VlPetError("data", "a question of the list has no annotation", {
    where: lists.join(", "),
    expected: `an annotation with question_id ${question.id}`,
    received: "none in the annotation files",
    fix: "name all annotation files the list draws on (the original's lists draw on train and val)",
  });
}
