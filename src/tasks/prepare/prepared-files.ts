import { createReadStream } from "node:fs";
import { countedVocabulary, givenVocabulary } from "./answer-vocabulary.ts";
import { type ImageSplits, karpathySplits, ownSplits, type OwnSplits } from "./coco-splits.ts";
import { gqaList } from "./gqa-list.ts";
import { jsonList } from "./json-list.ts";
import { nlvrList } from "./nlvr-list.ts";
import { type FoundFiles, OFFICIAL_FILES, type OfficialName } from "./official-files.ts";
import { type OfficialQuestions, officialQuestions, vqaList } from "./vqa-lists.ts";

/** The tasks whose files are made of official releases. */
export type PreparedTask = "vqa" | "gqa" | "nlvr" | "caption";

/** What files are made of. Everything is read when it is first asked for, and kept for the files that follow. */
export interface Sources {
  /** The path of an official file. @throws RangeError when it was not found. */
  path(name: OfficialName): string;
  has(name: OfficialName): boolean;
  vocabulary(): Promise<readonly string[]>;
  questions(): Promise<OfficialQuestions>;
  imageSplits(): Promise<ImageSplits>;
  ownSplits(): Promise<OwnSplits>;
}

/** One file of the original's layout. */
export interface PreparedFile {
  readonly task: PreparedTask;
  /** Below the folder of the data. */
  readonly path: string;
  /** Every group needs one of its official files. */
  readonly needs: readonly (readonly OfficialName[])[];
  /** The whole content, in pieces. */
  content(sources: Sources): AsyncIterable<string | Uint8Array>;
}

const QUESTIONS = ["vqaTrainQuestions", "vqaValQuestions"] as const;
const ANNOTATIONS = ["vqaTrainAnnotations", "vqaValAnnotations"] as const;
const SPLITS = [
  ["karpathy", "captionsTrain"],
  ["karpathy", "captionsVal"],
] as const;

function each(names: readonly OfficialName[]): readonly (readonly OfficialName[])[] {
  return names.map((name) => [name]);
}

function questionList(split: string): PreparedFile {
  return {
    task: "vqa",
    path: `vqa/karpathy_${split}.json`,
    needs: [...each(QUESTIONS), ...each(ANNOTATIONS), ...SPLITS],
    async *content(sources) {
      yield* jsonList(vqaList(await sources.questions(), await sources.imageSplits(), split));
    },
  };
}

function copy(task: PreparedTask, name: OfficialName, path: string): PreparedFile {
  return { task, path, needs: [[name]], content: (sources) => createReadStream(sources.path(name)) };
}

function gqa(name: OfficialName, split: string): PreparedFile {
  return {
    task: "gqa",
    path: `GQA/${split}.json`,
    needs: [[name]],
    content: (sources) => jsonList(gqaList(sources.path(name))),
  };
}

function nlvr(name: OfficialName, split: string): PreparedFile {
  return {
    task: "nlvr",
    path: `nlvr/${split}.json`,
    needs: [[name]],
    content: (sources) => jsonList(nlvrList(sources.path(name), split)),
  };
}

/** Every file that can be made, by task (spec: datasets §1, §20). */
export const PREPARED_FILES: readonly PreparedFile[] = [
  {
    task: "caption",
    path: "COCO/dataset_coco.json",
    needs: SPLITS,
    async *content(sources) {
      if (sources.has("karpathy")) yield* createReadStream(sources.path("karpathy"));
      else {
        yield '{"dataset": "coco", "images": ';
        yield* jsonList((await sources.ownSplits()).images);
        yield "}\n";
      }
    },
  },
  gqa("gqaTrain", "train"),
  gqa("gqaVal", "valid"),
  gqa("gqaTestdev", "testdev"),
  gqa("gqaSubmission", "submit"),
  nlvr("nlvrTrain", "train"),
  nlvr("nlvrDev", "valid"),
  nlvr("nlvrTest", "test"),
  {
    task: "vqa",
    path: "vqa/trainval_label2ans.json",
    needs: each(ANNOTATIONS),
    async *content(sources) {
      yield `${JSON.stringify(await sources.vocabulary(), undefined, 4)}\n`;
    },
  },
  {
    task: "vqa",
    path: "vqa/trainval_ans2label.json",
    needs: each(ANNOTATIONS),
    async *content(sources) {
      const numbered = (await sources.vocabulary()).map((answer, i) => [answer, i]);
      yield `${JSON.stringify(Object.fromEntries(numbered), undefined, 4)}\n`;
    },
  },
  questionList("train"),
  questionList("val"),
  questionList("test"),
  copy("vqa", "vqaTrainAnnotations", "vqa/v2_mscoco_train2014_annotations.json"),
  copy("vqa", "vqaValAnnotations", "vqa/v2_mscoco_val2014_annotations.json"),
];

/** Groups of which nothing was found, as official file names. */
export function missingFor({ needs }: PreparedFile, found: FoundFiles): readonly string[] {
  const without = needs.filter((names) => !names.some((name) => found.has(name)));
  return [
    ...new Set(without.map((names) => names.map((name) => OFFICIAL_FILES[name].names[0]).join(" or "))),
  ];
}

/** What the found files hold. */
export function sourcesOf(found: FoundFiles): Sources {
  const path = (name: OfficialName): string => {
    const file = found.get(name);
    if (file === undefined) throw new RangeError(`internal: ${name} was not found`);
    return file;
  };
  const has = (name: OfficialName): boolean => found.has(name);
  const annotations = (): readonly string[] => ANNOTATIONS.map(path);
  const vocabulary = once(() =>
    has("vqaVocabulary") ? givenVocabulary(path("vqaVocabulary")) : countedVocabulary(annotations()),
  );
  const own = once(() => ownSplits({ train2014: path("captionsTrain"), val2014: path("captionsVal") }));
  return {
    path,
    has,
    vocabulary,
    questions: once(async () => officialQuestions(QUESTIONS.map(path), annotations(), await vocabulary())),
    imageSplits: once(async () =>
      has("karpathy") ? karpathySplits(path("karpathy")) : (await own()).splits,
    ),
    ownSplits: own,
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}
