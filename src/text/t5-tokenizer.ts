import { join } from "node:path";
import { VlPetError } from "../error.ts";
import { IMAGE_REGION_TOKENS, TEXT_SPAN_TOKENS } from "./added-tokens.ts";
import { addedToken, type Markers, type Tokenizer, tokenizerFrom } from "./tokenizer.ts";
import { readTokenizerJson } from "./tokenizer-files.ts";

const MARKERS: Markers = {
  pad: "<pad>",
  bos: undefined,
  eos: "</s>",
  unknown: "<unk>",
  decoderStart: "<pad>",
  closesSpaces: true,
};

/**
 * T5's SentencePiece tokenizer from `tokenizer.json` in `folder`. `encode` gives `… </s>`. After the pieces come
 * `<extra_id_99>` … `<extra_id_0>` (in the published file they are pieces already) and, as in the original,
 * `<vis_extra_id_99>` … `<vis_extra_id_0>`: 32 200 ids for the published vocabularies.
 *
 * @throws VlPetError "data" when the file is missing or damaged, or describes no SentencePiece unigram model.
 */
export async function t5Tokenizer(folder: string): Promise<Tokenizer> {
  const file = join(folder, "tokenizer.json");
  const json = await readTokenizerJson(file);
  const pieces = unigramPieces(json["model"]);
  if (pieces === undefined) {
    throw new VlPetError("data", "this is no tokenizer of T5", {
      where: file,
      expected: "a unigram model: model.vocab as a list of [piece, score]",
      fix: "use the tokenizer.json of t5-base; a BART folder needs vocab.json and merges.txt",
    });
  }
  const known = new Set(pieces);
  const appended = [...TEXT_SPAN_TOKENS, ...IMAGE_REGION_TOKENS].filter((token) => !known.has(token));
  const contents = [...pieces, ...appended];
  const special = new Set([
    MARKERS.pad,
    MARKERS.eos,
    MARKERS.unknown,
    ...TEXT_SPAN_TOKENS,
    ...IMAGE_REGION_TOKENS,
  ]);
  const described = {
    added_tokens: contents.flatMap((content, id) => (special.has(content) ? [addedToken(id, content)] : [])),
    normalizer: json["normalizer"] ?? null,
    pre_tokenizer: withUnicodeSpaces(json["pre_tokenizer"]),
    post_processor: json["post_processor"],
    decoder: json["decoder"],
    model: { ...(json["model"] as object), type: "Unigram" },
  };
  return tokenizerFrom(described, contents.length, MARKERS, folder);
}

/** The library splits at JavaScript's white space; the original splits at Unicode's, which has U+0085 and not U+FEFF. */
function withUnicodeSpaces(preTokenizer: unknown): unknown {
  const text = JSON.stringify(preTokenizer ?? null);
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === "object" && value !== null && "type" in value && value.type === "WhitespaceSplit"
      ? { type: "Split", pattern: { Regex: String.raw`\s+` }, behavior: "Removed", invert: false }
      : value,
  );
}

function unigramPieces(model: unknown): string[] | undefined {
  const vocab: unknown =
    typeof model === "object" && model !== null && "vocab" in model ? model.vocab : undefined;
  if (!Array.isArray(vocab) || vocab.length === 0) return undefined;
  const pieces: string[] = [];
  for (const entry of vocab as readonly unknown[]) {
    if (!Array.isArray(entry) || typeof entry[0] !== "string" || typeof entry[1] !== "number")
      return undefined;
    pieces.push(entry[0]);
  }
  return pieces;
}
