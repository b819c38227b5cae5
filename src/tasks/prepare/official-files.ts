/** One file of an official release. */
export interface OfficialFile {
  /** What it may be called. */
  readonly names: readonly string[];
  /** Files of these names that are something else: the folder they lie in, or how they begin, tells. */
  readonly folder?: RegExp;
  readonly begins?: RegExp;
}

/** NLVR2's files have names that others have, too; they are told by their first object. */
const STATEMENTS = /^\s*\{[^\n]*"(?:identifier|sentence)"/;
/** GQA's vocabulary has the same name as VQA's. */
const NOT_GQA = /^(?!.*gqa)/i;

/** The files that the original's layout is made of, as the benchmarks' own sites give them. */
export const OFFICIAL_FILES = {
  vqaTrainQuestions: { names: ["v2_OpenEnded_mscoco_train2014_questions.json"] },
  vqaTrainAnnotations: { names: ["v2_mscoco_train2014_annotations.json"] },
  vqaValQuestions: { names: ["v2_OpenEnded_mscoco_val2014_questions.json"] },
  vqaValAnnotations: { names: ["v2_mscoco_val2014_annotations.json"] },
  vqaVocabulary: { names: ["trainval_label2ans.json", "trainval_ans2label.json"], folder: NOT_GQA },
  gqaTrain: { names: ["train_balanced_questions.json"] },
  gqaVal: { names: ["val_balanced_questions.json"] },
  gqaTestdev: { names: ["testdev_balanced_questions.json"] },
  gqaSubmission: { names: ["submission_all_questions.json"] },
  nlvrTrain: { names: ["train.json"], begins: STATEMENTS },
  nlvrDev: { names: ["dev.json"], begins: STATEMENTS },
  nlvrTest: { names: ["test1.json"], begins: STATEMENTS },
  karpathy: { names: ["dataset_coco.json"] },
  captionsTrain: { names: ["captions_train2014.json"] },
  captionsVal: { names: ["captions_val2014.json"] },
} as const satisfies Readonly<Record<string, OfficialFile>>;

export type OfficialName = keyof typeof OFFICIAL_FILES;

/** Where the official files lie that were found. */
export type FoundFiles = ReadonlyMap<OfficialName, string>;
