import { Tokenizer as Library } from "@huggingface/tokenizers";
import { VlPetError } from "../error.ts";

/** Text to token ids and back. All methods are deterministic; ids are below `vocabSize`. */
export interface Tokenizer {
  readonly vocabSize: number;
  readonly padId: number;
  /** Undefined where the model has no start marker (T5). */
  readonly bosId: number | undefined;
  readonly eosId: number;
  /** The first decoder input: `</s>` for BART, `<pad>` for T5. */
  readonly decoderStartId: number;
  /**
   * The ids of `text` with the model's own markers (BART `<s> … </s>`, T5 `… </s>`). With `maxLength` the text is cut
   * on its right so that the ids, markers included, are at most that many.
   *
   * @throws VlPetError "config" when `maxLength` has no room for the markers.
   */
  encode(text: string, options?: { readonly maxLength?: number }): number[];
  /** The text of `ids`; `skipSpecial` leaves out markers, padding and added tokens. Ids outside the vocabulary read as `<unk>`. */
  decode(ids: readonly number[], options?: { readonly skipSpecial?: boolean }): string;
  /** The id of one token, spelled as in the vocabulary. @throws VlPetError "config" for a token it does not have. */
  idOf(token: string): number;
}

/** A token outside the learned pieces, in the words of the tokenizer.json format. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Whether white space to its left (right) in a text belongs to it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly single_word: false;
  readonly normalized: false;
  readonly special: true;
}

/** An added token; by default it takes no white space with it. */
export function addedToken(
  id: number,
  content: string,
  strip: { left?: boolean; right?: boolean } = {},
): AddedToken {
  const { left = false, right = false } = strip;
  return { id, content, lstrip: left, rstrip: right, single_word: false, normalized: false, special: true };
}

/** The parts of a tokenizer.json that the library reads. */
export interface TokenizerJson {
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  readonly post_processor: unknown;
  readonly decoder: unknown;
  readonly model: Readonly<Record<string, unknown>>;
}

/** Which tokens open and close a text, and start the decoder. */
export interface Markers {
  readonly pad: string;
  readonly bos: string | undefined;
  readonly eos: string;
  readonly unknown: string;
  readonly decoderStart: string;
  /** Whether decoding closes the space before `.`, `?`, `n't` and so on, as the original's library does for this model. */
  readonly closesSpaces: boolean;
}

/** Wraps the tokenizer that `json` describes. `where` names it in errors. */
export function tokenizerFrom(
  json: TokenizerJson,
  vocabSize: number,
  markers: Markers,
  where: string,
): Tokenizer {
  const library = new Library(json, { unk_token: markers.unknown, eos_token: markers.eos });
  const special = new Set(json.added_tokens.map((token) => token.id));
  const idOf = (token: string): number => {
    const id = library.token_to_id(token);
    if (id !== undefined) return id;
    throw new VlPetError("config", `the vocabulary has no token ${JSON.stringify(token)}`, {
      where,
      fix: "spell the token as the vocabulary does, and load the vocabulary that belongs to the model",
    });
  };
  const eosId = idOf(markers.eos);
  const markerCount = markers.bos === undefined ? 1 : 2;
  return {
    vocabSize,
    padId: idOf(markers.pad),
    bosId: markers.bos === undefined ? undefined : idOf(markers.bos),
    eosId,
    decoderStartId: idOf(markers.decoderStart),
    idOf,
    encode(text, { maxLength } = {}) {
      if (maxLength !== undefined && !(maxLength >= markerCount)) throw noRoom(maxLength, markerCount, where);
      const { ids } = library.encode(text);
      return maxLength === undefined || ids.length <= maxLength
        ? ids
        : [...ids.slice(0, maxLength - 1), eosId];
    },
    decode(ids, { skipSpecial = false } = {}) {
      const kept = skipSpecial ? ids.filter((id) => !special.has(id)) : [...ids];
      if (kept.length === 0) return "";
      return library.decode(kept, { clean_up_tokenization_spaces: markers.closesSpaces });
    },
  };
}

function noRoom(maxLength: number, markerCount: number, where: string): VlPetError {
  return new VlPetError("config", "maxLength leaves no room for the start and end markers", {
    where,
    expected: `at least ${markerCount}`,
    received: String(maxLength),
    fix: "raise the length limit",
  });
}
