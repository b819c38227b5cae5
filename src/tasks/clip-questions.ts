import { type ClipQuestion, joinedSubtitles, readClipQuestions, withoutStops } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import { choiceAccuracy } from "../metrics/index.ts";
import { PROMPTS } from "../text/index.ts";
import { requireAsked } from "./asked.ts";
import { choiceFile, choiceName, chosenPlace, readChoiceFile } from "./choice-answers.ts";
import { CLIP_FORM } from "./clip-form.ts";
import { CLIP_SOURCE, clipReferences, clipSource, spokenWords } from "./clip-source.ts";
import { clipExample, clipText, textOptions } from "./clip-text.ts";
import { answeredBy, predictedExamples, scorableExamples } from "./predictions.ts";
import type { Asked, Example, Scores, Task, TaskSplit } from "./task.ts";

/** One benchmark of questions about clips. */
interface Benchmark {
  readonly name: "tvqa" | "how2qa";
  /** Answers to choose from. */
  readonly choices: number;
}

/** TVQA: five choices, clips of six television shows. */
export const tvqa: Task = clipQuestions({ name: "tvqa", choices: 5 });

/** How2QA: four choices, instructional videos. */
export const how2qa: Task = clipQuestions({ name: "how2qa", choices: 4 });

/**
 * Questions about a clip with answers to choose from. The source text is subtitles, question, time span, choices and
 * prompt; the target is the right choice's name, `a0` to `a4`.
 */
function clipQuestions({ name, choices }: Benchmark): Task {
  return {
    name,
    prompt: PROMPTS[name],
    sixtieths: 60,
    sourceSchema: CLIP_SOURCE,
    resultEnding: "json",
    referenceHelp: "the split's annotation files (JSON lines)",
    form: () => CLIP_FORM,
    ask(asked, _, options = {}) {
      requireAsked(name, asked, { needed: ["text", "time", "choices"], optional: ["subtitles"] });
      return clipText(askedWords(asked, { name, choices }), textOptions(options, PROMPTS[name]));
    },
    async load(source, split, options = {}) {
      const { annotations, subtitles } = await clipSource(name, source, split);
      const questions = await readClipQuestions(annotations, { choices });
      const saidIn = spokenWords(subtitles, questions);
      const text = textOptions(options, PROMPTS[name]);
      const examples = questions.map((question) =>
        clipExample(
          {
            id: String(question.id),
            images: [question.clip],
            references: question.answer === undefined ? [] : [choiceName(question.answer)],
          },
          () => ({ subtitles: saidIn(question.clip), parts: questionParts(question) }),
          text,
        ),
      );
      return questionSplit(name, split, { questions, examples });
    },
    readResults: readChoiceFile,
    referenceSource: clipReferences,
  };
}

/** Question, time span and choices as the model reads them. */
function questionParts({
  question,
  time,
  choices,
}: Pick<ClipQuestion, "question" | "time" | "choices">): string[] {
  const answers = choices.map((answer, i) => `${choiceName(i)}: ${withoutStops(answer)}.`);
  return [`[Q] ${question.trim()}`, `[TS] (${time})`, `[Choices] ${answers.join(" ")}`];
}

function askedWords(asked: Asked, { name, choices: count }: Benchmark) {
  const { text: question = "", time = [0, 0], choices = [], subtitles = [] } = asked;
  if (choices.length !== count) {
    throw new VlPetError("config", `a question of ${name} has another number of choices`, {
      expected: String(count),
      received: String(choices.length),
      fix: "give as many answers as the questions that the model was trained on have",
    });
  }
  return {
    subtitles: joinedSubtitles(subtitles),
    parts: questionParts({ question, time: time.join("-"), choices }),
  };
}

/** The questions of a split and the examples made of them, in one order. */
interface Questions {
  readonly questions: readonly ClipQuestion[];
  readonly examples: readonly Example[];
}

function questionSplit(task: Benchmark["name"], split: string, asked: Questions): TaskSplit {
  const { examples } = asked;
  return {
    task,
    split,
    form: CLIP_FORM,
    examples,
    target(index) {
      const example = examples[index];
      if (example === undefined) throw new RangeError(`split ${split} has no example ${index}`);
      return { text: rightAnswer(task, example), weight: 1 };
    },
    ...answeredBy(examples),
    score: (predictions) => choiceScores(task, asked, predictions),
    resultFile: (predictions) =>
      choiceFile(predictedExamples(examples, predictions).map(({ example, text }) => [example.id, text])),
  };
}

function rightAnswer(task: Benchmark["name"], { id, references: [answer] }: Example): string {
  if (answer !== undefined) return answer;
  throw new VlPetError("data", "this question has no answer to train towards or to compare with", {
    where: `${task} question ${id}`,
    fix: "use a split with answers, or write a result file and submit it",
  });
}

/**
 * Scores of chosen answers. The headline `accuracy` is the original's: a text is right when it is exactly the name of
 * the right choice (spec: metrics §5). `submission_accuracy` is that of the prediction file, in which every text stands
 * for a choice; the two differ only by texts that name none. Where the clips are of several shows, each has its own
 * accuracy.
 */
function choiceScores(
  task: Benchmark["name"],
  { questions, examples }: Questions,
  predictions: ReadonlyMap<string, string>,
): Scores {
  const predicted = scorableExamples(examples, predictions);
  const asked = predicted.map(({ index, example }) => ({
    questionId: example.id,
    answer: rightAnswer(task, example),
    type: questions[index]?.show ?? task,
  }));
  const { overall, perType } = choiceAccuracy(asked, predictions);
  const submitted = predicted.map(
    ({ example, text }) => [example.id, choiceName(chosenPlace(text))] as const,
  );
  const value = 100 * overall;
  const types = Object.entries(perType);
  return {
    headline: { name: "accuracy", value },
    all: {
      accuracy: value,
      submission_accuracy: 100 * choiceAccuracy(asked, new Map(submitted)).overall,
      ...(types.length > 1 &&
        Object.fromEntries(types.map(([type, share]) => [`accuracy: ${type}`, 100 * share]))),
    },
    count: predicted.length,
    perItem: new Map(
      asked.map(({ questionId, answer }) => [questionId, predictions.get(questionId) === answer ? 100 : 0]),
    ),
  };
}
