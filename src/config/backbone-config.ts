import { join } from "node:path";
import * as v from "valibot";
import { BackboneConfig, HUGGING_FACE } from "../backbones/index.ts";
import { readJson } from "../data/index.ts";
import { VlPetError } from "../error.ts";
import { IMAGE_REGION_TOKENS, TEXT_SPAN_TOKENS } from "../text/index.ts";
import type { BackboneSettings } from "./backbone-settings.ts";

const ADDED_TOKENS = TEXT_SPAN_TOKENS.length + IMAGE_REGION_TOKENS.length;

type Sizes = Readonly<Record<string, number>>;

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
  const { name } = settings;
  const file = folder === null ? "" : join(folder, "config.json");
  const found: Sizes = folder === null ? {} : await readJson(file, HUGGING_FACE[name].config);
  requireAgreement(given, found, file);
  if (folder !== null && vocabulary !== null) requireVocabulary(settings, found, vocabulary);
  const size = vocabulary ?? given.vocabulary ?? withAddedTokens(found["vocabulary"]);
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

function withAddedTokens(base: number | undefined): number | undefined {
  return base === undefined ? undefined : base + ADDED_TOKENS;
}

/** Rates may be changed, sizes belong to the weights. */
function requireAgreement(given: object, found: Sizes, source: string): void {
  for (const [key, size] of Object.entries(given)) {
    if (key === "dropRate" || key === "vocabulary" || !Object.hasOwn(found, key)) continue;
    if (size !== found[key]) throw contradiction(key, found[key], size, source);
  }
}

function contradiction(key: string, expected: unknown, received: unknown, source: string): VlPetError {
  return new VlPetError("config", `the setting "backbone.${key}" contradicts ${source}`, {
    expected: String(expected),
    received: String(received),
    fix: `leave "backbone.${key}" out`,
  });
}

function requireVocabulary({ name, folder }: BackboneSettings, found: Sizes, vocabulary: number): void {
  const base = found["vocabulary"] ?? 0;
  const plain = vocabulary - ADDED_TOKENS;
  const fits = HUGGING_FACE[name].padsVocabulary
    ? base >= plain && base <= vocabulary
    : base === plain || base === vocabulary;
  if (fits) return;
  throw new VlPetError("config", "the tokenizer does not belong to this backbone", {
    where: folder ?? "backbone",
    expected: `a vocabulary of ${base} tokens`,
    received: `${plain}, and ${ADDED_TOKENS} added ones`,
    fix: 'set "tokenizer" to the folder of the tokenizer that the backbone was trained with',
  });
}
