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

/** What is said in one of the two clips of a made-up split of clips, as the model is asked and as a file has it. */
const SAID = ["Where is it?", "Here."];
const SUBTITLES = jsonLines([
  { vid_name: "c1", sub: SAID.map((text, i) => ({ text: ` ${text} `, start: i, end: i + 1 })) },
]);

/** The split's entry, and what only its annotations decide. */
function clipSource(annotations: string): Pick<TinySource, "entry" | "references"> {
  return {
    entry: (at) => ({ annotations: at(annotations), subtitles: at("subtitles.jsonl") }),
    references: [annotations],
  };
}

function questionSource(task: "tvqa" | "how2qa", choices: readonly string[]): TinySource {
  const file = `${task}.jsonl`;
  const asked = { text: "Who opens it?", choices };
  const question = {
    q: asked.text,
    ...Object.fromEntries(choices.map((choice, i) => [`a${i}`, `${choice}.`])),
  };
  return {
    files: {
      [file]: jsonLines([
        { qid: 2, ...question, answer_idx: 3, ts: "3.5-9.25", vid_name: "c1", show_name: "A Show" },
        { qid: 1, ...question, answer_idx: 0, ts: "0-8", vid_name: "c2", show_name: "Another" },
      ]),
      "subtitles.jsonl": SUBTITLES,
    },
    ...clipSource(file),
    asked: [
      { ...asked, time: [3.5, 9.25], subtitles: SAID },
      { ...asked, time: [0, 8] },
    ],
    keys: { [file]: "a3", "subtitles.jsonl": "text" },
  };
}

/** Two captioned clips; `timed` ones are parts of videos. */
function captionSource(task: "tvc" | "yc2c", { timed }: { readonly timed: boolean }): TinySource {
  const file = `${task}.jsonl`;
  const box = { vid_name: "c1", clip_id: 9, descs: [{ desc: "Ann opens a box.", desc_id: 4 }] };
  const dogs = { vid_name: "c2", clip_id: 8, descs: [{ desc: "Two dogs run down the stairs.", desc_id: 5 }] };
  const times = [
    [35.73, 40.9],
    [0, 8],
  ] as const;
  return {
    files: {
      [file]: jsonLines(
        timed
          ? [
              { ...box, ts: times[0] },
              { ...dogs, ts: times[1] },
            ]
          : [box, dogs],
      ),
      "subtitles.jsonl": SUBTITLES,
    },
    ...clipSource(file),
    asked: timed ? [{ time: times[0], subtitles: SAID }, { time: times[1] }] : [{ subtitles: SAID }, {}],
    perfect: 1000, // as of image captions
    keys: { [file]: "desc_id", "subtitles.jsonl": "vid_name" },
  };
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
  tvqa: questionSource("tvqa", ["Ann", "Bob", "Cy", "Dee", "Eve"]),
  how2qa: questionSource("how2qa", ["Milk", "Oil", "Tea", "Sand"]),
  tvc: captionSource("tvc", { timed: true }),
  yc2c: captionSource("yc2c", { timed: false }),
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
