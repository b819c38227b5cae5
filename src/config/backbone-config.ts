import { join } from "node:path";
import * as v from "valibot";
import {
  BackboneConfig,
  bartSizes,
  HuggingFaceBart,
  unequalStacks,
  type BartSizes,
} from "../backbones/index.ts";
import { readJson } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import { IMAGE_REGION_TOKENS, TEXT_SPAN_TOKENS } from "../text/index.ts";
import type { BackboneSettings } from "./run-config.ts";

const ADDED_TOKENS = TEXT_SPAN_TOKENS.length + IMAGE_REGION_TOKENS.length;

/**
 * The backbone that some settings describe. With a folder its config.json gives the sizes; `vocabulary` is the
 * tokenizer's size with the added tokens, null where no tokenizer is at hand.
 *
 * @throws VlPetError "config" when a setting contradicts the folder or the tokenizer, "data" when config.json cannot
 * be read or is of another kind of model.
 */
export async function backboneConfig(
  settings: BackboneSettings,
  vocabulary: number | null,
): Promise<BackboneConfig> {
  const { folder, featureWidth, ...given } = settings;
  const found = folder === null ? null : await folderSizes(join(folder, "config.json"));
  if (found !== null) requireAgreement(given, found, `${folder}/config.json`);
  if (found !== null && vocabulary !== null) requireVocabulary(found.vocabulary, vocabulary, `${folder}`);
  const size =
    vocabulary ?? given.vocabulary ?? (found === null ? undefined : found.vocabulary + ADDED_TOKENS);
  if (size !== undefined && size !== (given.vocabulary ?? size)) {
    throw contradiction("vocabulary", size, given.vocabulary, "the tokenizer with its added tokens");
  }
  return v.parse(BackboneConfig, {
    ...found,
    ...given,
    ...(size === undefined ? {} : { vocabulary: size }),
    ...(featureWidth === null ? {} : { featureWidth }),
  });
}

async function folderSizes(file: string): Promise<BartSizes> {
  const found = await readJson(file, HuggingFaceBart);
  const unequal = unequalStacks(found);
  if (unequal === null) return bartSizes(found);
  throw new VlPetError("config", "encoder and decoder of this model differ in size", {
    where: file,
    expected: `encoder_${unequal} equal to decoder_${unequal}`,
    fix: "choose a model whose two stacks are built alike, as those of facebook/bart-base",
  });
}

type GivenSizes = { readonly [Size in keyof BartSizes]?: number | undefined };

/** Rates may be changed, sizes belong to the weights. */
function requireAgreement(given: GivenSizes, found: BartSizes, source: string): void {
  for (const key of Object.keys(found) as (keyof BartSizes)[]) {
    if (key === "dropRate" || key === "vocabulary") continue;
    const size = given[key];
    if (size !== undefined && size !== found[key]) throw contradiction(key, found[key], size, source);
  }
}

function contradiction(
  key: string,
  expected: number,
  received: number | undefined,
  source: string,
): VlPetError {
  return new VlPetError("config", `the setting "backbone.${key}" contradicts ${source}`, {
    expected: String(expected),
    received: String(received),
    fix: `leave "backbone.${key}" out`,
  });
}

function requireVocabulary(base: number, vocabulary: number, folder: string): void {
  if (base === vocabulary || base + ADDED_TOKENS === vocabulary) return;
  throw new VlPetError("config", "the tokenizer does not belong to this backbone", {
    where: folder,
    expected: `a vocabulary of ${base} tokens`,
    received: `${vocabulary - ADDED_TOKENS}, and ${ADDED_TOKENS} added ones`,
    fix: 'set "tokenizer" to the folder of the tokenizer that the backbone was trained with',
  });
}
