import type * as v from "valibot";
import { HuggingFaceBart } from "./bart/hugging-face.ts";
import type { BACKBONES } from "./index.ts";
import { HuggingFaceT5 } from "./t5/hugging-face.ts";

/** How a family's `config.json` is read. */
export interface HuggingFaceFormat {
  /** From the file's content to our settings by name. */
  readonly config: v.GenericSchema<unknown, Readonly<Record<string, number>>>;
  /** Whether the token table may have more rows than the tokenizer has tokens. */
  readonly padsVocabulary: boolean;
}

/** The format of every family. */
export const HUGGING_FACE: Readonly<Record<keyof typeof BACKBONES, HuggingFaceFormat>> = {
  bart: { config: HuggingFaceBart, padsVocabulary: false },
  t5: { config: HuggingFaceT5, padsVocabulary: true },
};
