import type { Asked, TaskName } from "../../src/tasks/index.ts";

/** A made-up split of a task, of two examples or more, for test/contract/tasks.test.ts. */
export interface TinySource {
  /** Contents of its files, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** The split's entry in the task's source; `at` gives the path of a file. */
  entry(at: (name: string) => string): unknown;
  /** The task's own settings beside its splits. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What is asked of each example, in their order. */
  readonly asked: readonly Asked[];
  /** The headline of perfect predictions, if that is not 100. */
  readonly perfect?: number;
  /** Names of the files that are given as references, if not all of them. */
  readonly references?: readonly string[];
  /** Of each file a key that it cannot do without. */
  readonly keys: Readonly<Record<string, string>>;
}

const PEOPLE = Array.from({ length: 10 }, (_, i) => i + 1);

function answers(answer: string): readonly object[] {
  return PEOPLE.map((person) => ({ answer, answer_confidence: "yes", answer_id: person }));
}

/** One object a line. */
export function jsonLines(objects: readonly object[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join("");
}

/** Every task's made-up split. A task that is missing here fails its contract test. */
export const TINY_SOURCES: Readonly<Partial<Record<TaskName, TinySource>>> = {
  vqa: {
    files: {
      "questions.json": JSON.stringify({
        questions: [
          { image_id: 7, question_id: 70, question: "What color is the kite?" },
          { image_id: 8, question_id: 80, question: "How many dogs?" },
        ],
      }),
      "annotations.json": JSON.stringify({
        annotations: [
          { question_id: 70, question_type: "what", answer_type: "other", answers: answers("red") },
          { question_id: 80, question_type: "how many", answer_type: "number", answers: answers("3") },
        ],
      }),
    },
    entry: (at) => ({ questions: at("questions.json"), annotations: at("annotations.json") }),
    asked: [{ text: "What color is the kite?" }, { text: "How many dogs?" }],
    keys: { "questions.json": "question_id", "annotations.json": "answers" },
  },
  gqa: {
    files: {
      "testdev_balanced_questions.json": JSON.stringify({
        "0905": {
          question: "Is the fence wooden?",
          imageId: "n318370",
          answer: "yes",
          types: { structural: "verify", semantic: "attr", detailed: "verifyMaterial" },
          groups: { global: null, local: "06-fence_wooden" },
        },
        "17": {
          question: "What color is the fence?",
          imageId: "n318370",
          answer: "red",
          types: { structural: "query", semantic: "attr", detailed: "color" },
          groups: { global: "color", local: "10q-fence_color" },
        },
      }),
    },
    entry: (at) => ({ questions: at("testdev_balanced_questions.json") }),
    asked: [{ text: "What color is the fence?" }, { text: "Is the fence wooden?" }],
    keys: { "testdev_balanced_questions.json": "imageId" },
  },
  nlvr: {
    files: {
      "dev.json": jsonLines([
        { identifier: "dev-77-1-0", sentence: "Both photos show an open umbrella.", label: "True" },
        { identifier: "dev-77-2-0", sentence: "Both photos show an open umbrella.", label: "False" },
      ]),
    },
    entry: (at) => ({ annotations: at("dev.json") }),
    asked: [{ text: "Both photos show an open umbrella." }, { text: "Both photos show an open umbrella." }],
    keys: { "dev.json": "sentence" },
  },
  caption: {
    files: {
      "captions.json": JSON.stringify({
        images: [
          { id: 7, file_name: "COCO_val2014_000000000007.jpg" },
          { id: 8, file_name: "COCO_val2014_000000000008.jpg" },
        ],
        annotations: [
          { image_id: 7, caption: "a man rides a wave" },
          { image_id: 8, caption: "two zebras stand in tall grass" },
        ],
      }),
    },
    entry: (at) => ({ annotations: at("captions.json") }),
    asked: [{}, {}],
    perfect: 1000, // CIDEr-D of a caption that equals its only reference is 10.
    keys: { "captions.json": "caption" },
  },
  custom: {
    files: {
      "rows.jsonl": jsonLines([
        {
          image: "left.png",
          question: "which?",
          options: ["red", "dark blue"],
          answer: "dark blue",
          place: "sky",
        },
        { image: "right.png", question: "why?", options: ["rain", "sun"], answer: "sun", place: 7 },
      ]),
    },
    entry: (at) => ({ rows: at("rows.jsonl") }),
    settings: {
      template: "{place}: {question} ({options})",
      answer: "choice",
      columns: { choices: "options" },
      metrics: ["accuracy", "exact"],
    },
    asked: [
      { text: "which?", choices: ["red", "dark blue"], parts: { place: "sky" } },
      { text: "why?", choices: ["rain", "sun"], parts: { place: "7" } },
    ],
    keys: { "rows.jsonl": "place" },
  },
};
