/** From raw captions to scores: tokenise, then BLEU, ROUGE-L and CIDEr-D, for a corpus and for each caption. */
import { VlPetError } from "../error.ts";
import { bleu, type BleuScores } from "./bleu.ts";
import { cider } from "./cider.ts";
import { tokenizeCaptions } from "./ptb-tokenizer.ts";
import { rougeL } from "./rouge-l.ts";
import type { TokenizedCaption } from "./tokenized-caption.ts";

/** Scores under the names that caption evaluators print; BLEU and ROUGE in [0, 1], CIDEr about 0 to 10. */
export interface CaptionScores {
  readonly Bleu_1: number;
  readonly Bleu_2: number;
  readonly Bleu_3: number;
  readonly Bleu_4: number;
  readonly ROUGE_L: number;
  readonly CIDEr: number;
}

export interface CaptionEvaluation {
  readonly corpus: CaptionScores;
  /** In the order of the predictions. */
  readonly perItem: readonly CaptionScores[];
}

/** References of one caption; a single string counts as a list of one. */
export type CaptionReferences = string | readonly string[];

function named([bleu1, bleu2, bleu3, bleu4]: BleuScores, rouge: number, ciderD: number): CaptionScores {
  return { Bleu_1: bleu1, Bleu_2: bleu2, Bleu_3: bleu3, Bleu_4: bleu4, ROUGE_L: rouge, CIDEr: ciderD };
}

/** Scores of captions that are tokenised already. */
export function tokenizedCaptionScores(items: readonly TokenizedCaption[]): CaptionEvaluation {
  const unreferenced = items.findIndex(({ references }) => references.length === 0);
  if (unreferenced >= 0) {
    throw new VlPetError("data", "a caption has no reference to compare with", {
      where: `caption ${unreferenced}`,
    });
  }
  const bleuScores = bleu(items);
  const rouge = rougeL(items);
  const ciderScores = cider(items);
  return {
    corpus: named(bleuScores.corpus, rouge.corpus, ciderScores.corpus),
    perItem: bleuScores.perItem.map((scores, i) =>
      named(scores, rouge.perItem[i] ?? 0, ciderScores.perItem[i] ?? 0),
    ),
  };
}

/**
 * Pairs raw captions with their references and tokenises both, each side as one text, as the original driver does.
 *
 * @throws VlPetError of kind `data` when the lists do not pair up.
 */
export function tokenizedCaptionItems(
  predictions: readonly string[],
  references: readonly CaptionReferences[],
): TokenizedCaption[] {
  if (predictions.length !== references.length) {
    throw new VlPetError("data", "captions and references do not pair up", {
      expected: `references of ${predictions.length} captions`,
      received: `references of ${references.length}`,
    });
  }
  const lists = references.map((list) => (typeof list === "string" ? [list] : list));
  const tokenized = tokenizeCaptions(lists.flat()).values();
  const hypotheses = tokenizeCaptions(predictions);
  return lists.map((list, i) => ({
    hypothesis: hypotheses[i] ?? "",
    references: list.map(() => tokenized.next().value ?? ""),
  }));
}

/**
 * Raw captions with their references, tokenised as the original's driver tokenises them: it renames the unknown word of
 * references, so that it matches no generated one.
 *
 * @throws VlPetError of kind `data` when the lists do not pair up.
 */
export function captionItems(
  predictions: readonly string[],
  references: readonly CaptionReferences[],
): TokenizedCaption[] {
  const renamed = references.map((list) =>
    (typeof list === "string" ? [list] : list).map((text) => text.replaceAll("_UNK", "_UNKNOWN")),
  );
  return tokenizedCaptionItems(predictions, renamed);
}

/**
 * The scores of generated captions against their references, as the COCO caption evaluation computes them.
 *
 * @param predictions one raw caption an image.
 * @param references raw references of each image, in the same order.
 * @throws VlPetError of kind `data` when the lists do not pair up or an image has no reference.
 * @example
 * captionScores(["a dog runs"], [["a dog is running", "the dog runs"]]).corpus.CIDEr;
 */
export function captionScores(
  predictions: readonly string[],
  references: readonly CaptionReferences[],
): CaptionEvaluation {
  return tokenizedCaptionScores(captionItems(predictions, references));
}

/** Captions of one video clip: of a prediction the first counts, of references all. */
export interface ClipCaptions {
  readonly clipId: number;
  readonly captions: readonly string[];
}

export interface ClipEvaluation extends CaptionEvaluation {
  /** Clip ids in the order of `perItem`. */
  readonly clipIds: readonly number[];
}

function firstCaptions(predictions: readonly ClipCaptions[]): Map<number, string> {
  const first = new Map<number, string>();
  for (const { clipId, captions } of predictions) {
    const [caption] = captions;
    if (caption !== undefined && !first.has(clipId)) first.set(clipId, caption);
  }
  return first;
}

/** One space for each character beyond ASCII, those outside the Basic Multilingual Plane included. */
function asciiOnly(text: string): string {
  return text.replaceAll(/\P{ASCII}/gu, " ");
}

/** Captions of clips with all references of each, tokenised. */
export interface ClipItems {
  readonly clipIds: readonly number[];
  /** In the order of the ids. */
  readonly items: readonly TokenizedCaption[];
}

/**
 * Captions of video clips as the VALUE leaderboard pairs and tokenises them: characters beyond ASCII become spaces, and
 * the first prediction of a clip goes with all references of that clip.
 *
 * @throws VlPetError of kind `data` when a clip has references and no prediction, or a prediction and no references.
 */
export function clipCaptionItems(
  predictions: readonly ClipCaptions[],
  references: readonly ClipCaptions[],
): ClipItems {
  const pooled = new Map<number, string[]>();
  for (const { clipId, captions } of references) {
    pooled.set(clipId, [...(pooled.get(clipId) ?? []), ...captions.map(asciiOnly)]);
  }
  const predicted = firstCaptions(predictions);
  assertSameClips([...pooled.keys()], predicted, "has references and no predicted caption");
  assertSameClips([...predicted.keys()], pooled, "has a predicted caption and no references");
  const clipIds = [...pooled.keys()];
  const hypotheses = clipIds.map((clipId) => asciiOnly(predicted.get(clipId) ?? ""));
  return { clipIds, items: tokenizedCaptionItems(hypotheses, [...pooled.values()]) };
}

/**
 * Caption scores of video clips as the VALUE leaderboard computes them for TVC and YouCook2, of `clipCaptionItems`. The
 * leaderboard shows 100 times these values with two decimals.
 *
 * @throws VlPetError of kind `data` as `clipCaptionItems`.
 */
export function clipCaptionScores(
  predictions: readonly ClipCaptions[],
  references: readonly ClipCaptions[],
): ClipEvaluation {
  const { clipIds, items } = clipCaptionItems(predictions, references);
  return { clipIds, ...tokenizedCaptionScores(items) };
}

function assertSameClips(
  clipIds: readonly number[],
  other: ReadonlyMap<number, unknown>,
  problem: string,
): void {
  const lonely = clipIds.filter((clipId) => !other.has(clipId));
  if (lonely.length === 0) return;
  throw new VlPetError("data", `a clip ${problem}`, {
    where: `clips ${lonely.slice(0, 5).join(", ")}`,
    received: `${lonely.length} such clips`,
    fix: "evaluate predictions and references of the same split",
  });
}
