import { join } from "node:path";
import { IMAGE_REGION_TOKENS, TEXT_SPAN_TOKENS } from "./added-tokens.ts";
import { type AddedToken, addedToken, type Markers, type Tokenizer, tokenizerFrom } from "./tokenizer.ts";
import { readTokenizerJson, readTokenizerText, tokenizerFileError } from "./tokenizer-files.ts";

const MARKERS: Markers = {
  pad: "<pad>",
  bos: "<s>",
  eos: "</s>",
  unknown: "<unk>",
  decoderStart: "</s>",
  closesSpaces: true,
};

/** GPT-2's way of cutting text into words: a word takes the space before it, an English ending stands alone. */
const WORDS = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/**
 * BART's byte-level BPE tokenizer from `vocab.json` and `merges.txt` in `folder`. The first word of a text is encoded
 * without a space before it, and `encode` gives `<s> … </s>`, as the "slow" tokenizer that the original uses does.
 *
 * `addedTokens` (default true) appends the original's 200 tokens: `<extra_id_99>` … `<extra_id_0>`, then
 * `<vis_extra_id_99>` … `<vis_extra_id_0>`.
 *
 * @throws VlPetError "data" when a file is missing or damaged, or the two do not belong together.
 */
export async function bartTokenizer(
  folder: string,
  { addedTokens = true }: { readonly addedTokens?: boolean } = {},
): Promise<Tokenizer> {
  const vocabFile = join(folder, "vocab.json");
  const mergesFile = join(folder, "merges.txt");
  const [entries, mergesText] = await Promise.all([
    readTokenizerJson(vocabFile),
    readTokenizerText(mergesFile),
  ]);
  const vocab = checkedVocabulary(entries, vocabFile);
  const merges = parseMerges(mergesText, vocab, mergesFile);
  const added = addedTokens ? [...TEXT_SPAN_TOKENS, ...IMAGE_REGION_TOKENS] : [];
  const size = Object.keys(vocab).length;
  const json = {
    added_tokens: [
      ...ownMarkers(vocab),
      ...added.map((content, i) => addedToken(size + i, content, { left: true, right: true })),
    ],
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: WORDS }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, use_regex: false },
      ],
    },
    post_processor: {
      type: "RobertaProcessing",
      cls: [MARKERS.bos, vocab["<s>"]],
      sep: [MARKERS.eos, vocab["</s>"]],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: "ByteLevel" },
    model: { type: "BPE", vocab, merges, unk_token: MARKERS.unknown },
  };
  return tokenizerFrom(json, size + added.length, MARKERS, folder);
}

/** The markers inside the vocabulary. `<mask>` takes the space to its left, as the original's library declares it. */
function ownMarkers(vocab: Readonly<Record<string, number>>): AddedToken[] {
  return ["<s>", "<pad>", "</s>", "<unk>", "<mask>"].flatMap((content) => {
    const id = vocab[content];
    return id === undefined ? [] : [addedToken(id, content, { left: content === "<mask>" })];
  });
}

/** Checks that the ids are 0 … n-1 and that the markers are there. */
function checkedVocabulary(entries: Readonly<Record<string, unknown>>, file: string): Record<string, number> {
  const tokens = Object.keys(entries);
  const taken = new Set<number>();
  for (const [token, id] of Object.entries(entries)) {
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= tokens.length || taken.has(id)) {
      const range = `0 to ${tokens.length - 1}, each once`;
      throw tokenizerFileError(file, `the ids of the vocabulary must be ${range}`, `${token}: ${String(id)}`);
    }
    taken.add(id);
  }
  const missing = ["<s>", "<pad>", "</s>", "<unk>"].filter((token) => !(token in entries));
  if (missing.length > 0) {
    throw tokenizerFileError(file, "the vocabulary lacks markers of BART", `no ${missing.join(", ")}`);
  }
  return entries as Record<string, number>;
}

/** One pair per line; the first line of the original's file is a version comment. */
function parseMerges(
  text: string,
  vocab: Readonly<Record<string, number>>,
  file: string,
): [string, string][] {
  const merges: [string, string][] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === "" || (index === 0 && line.startsWith("#version"))) continue;
    const [left = "", right = "", ...rest] = line.split(" ");
    if (right === "" || rest.length > 0) {
      throw tokenizerFileError(
        file,
        `line ${index + 1} is not a pair of pieces`,
        JSON.stringify(line.slice(0, 60)),
      );
    }
    if (vocab[left + right] === undefined) {
      throw tokenizerFileError(
        file,
        `line ${index + 1} makes a piece that the vocabulary does not have`,
        left + right,
      );
    }
    merges.push([left, right]);
  }
  return merges;
}
