import { createReadStream } from "node:fs";
import * as v from "valibot";
import {
  checkedForm,
  notJson,
  parsedJson,
  positionBehind,
  readJson,
  type Schema,
  type TextPosition,
} from "./json-file.ts";
import { unreadable } from "./text-file.ts";

/** One entry of an object. */
export interface JsonEntry<T> {
  readonly key: string;
  readonly value: T;
}

/**
 * Reads a file that holds one JSON object, entry by entry: GQA's training questions are longer than a text can be. The
 * entries come in the file's order, which an object whose keys are numbers would not keep.
 *
 * @throws VlPetError "data" as `readJson`.
 */
export async function* readJsonEntries<T>(file: string, schema: Schema<T>): AsyncGenerator<JsonEntry<T>> {
  let isFirst = true;
  for await (const entry of entryTexts(file)) {
    const isEmptyObject = isFirst && entry.end === "}" && entry.text.trim() === "";
    isFirst = false;
    if (isEmptyObject) continue;
    for (const [key, value] of Object.entries(await parsedEntry(entry, file))) {
      yield { key, value: checkedForm(value, schema, { file, key }) };
    }
  }
}

/** An entry of the object, as it stands in the file. */
interface EntryText {
  readonly text: string;
  /** Where the brace or comma before it is, in bytes. */
  readonly offset: number;
  /** The byte behind it: a comma, a bracket that closes, or nothing where the file ends too early. */
  readonly end: string;
}

/** The entry as an object of its own, whose first brace stands for the brace or comma before the entry. */
async function parsedEntry({ text, offset, end }: EntryText, file: string): Promise<object> {
  const whole = `{${text}${end === "," ? "}" : end}`;
  if (text.trim() === "")
    throw notJson(file, positionBehind(`{${text}`, await positionOf(file, offset)), end);
  try {
    return JSON.parse(whole) as object;
  } catch {
    return parsedJson(whole, file, await positionOf(file, offset)) as object; // throws, and says where
  }
}

/** No entry is as long as this; only a file that lacks a quote or a bracket seems to have one. */
const MOST_BYTES = 2 ** 26;

async function* entryTexts(file: string): AsyncGenerator<EntryText> {
  const nesting: Nesting = { depth: 0, isText: false, isEscaped: false };
  let [passed, offset, length, isClosed] = [0, -1, 0, false];
  let pieces: Buffer[] = [];
  for await (const chunk of chunksOf(file)) {
    let from = passed === 0 && chunk.toString("utf8", 0, 3) === "\uFEFF" ? 3 : 0;
    for (let at = nextMark(chunk, from, nesting); at < chunk.length; at = nextMark(chunk, at + 1, nesting)) {
      if (isClosed) throw notJson(file, await positionOf(file, passed + at), chunk.toString("utf8", at));
      const mark = String.fromCharCode(chunk[at] ?? 0);
      if (offset === -1 && mark !== "{") await refuse(file);
      if (offset !== -1) {
        pieces.push(chunk.subarray(from, at));
        yield { text: Buffer.concat(pieces).toString(), offset, end: mark };
        isClosed = mark !== ",";
      }
      [pieces, length, offset, from] = [[], 0, passed + at, at + 1];
    }
    passed += chunk.length;
    pieces.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > MOST_BYTES) break;
  }
  if (offset === -1) await refuse(file);
  if (!isClosed) yield { text: Buffer.concat(pieces).toString(), offset, end: "" };
}

/** What has been opened and not closed so far. */
interface Nesting {
  depth: number;
  isText: boolean;
  isEscaped: boolean;
}

const [QUOTE, BACKSLASH, COMMA, SPACE] = [0x22, 0x5c, 0x2c, 0x20];
const [OPENING_BRACKET, OPENING_BRACE, CLOSING_BRACKET, CLOSING_BRACE] = [0x5b, 0x7b, 0x5d, 0x7d];

/**
 * From `from` on, the next comma between entries, the bracket that closes the object, or what stands outside of it;
 * the chunk's length if there is none.
 */
function nextMark(chunk: Buffer, from: number, nesting: Nesting): number {
  for (let at = from; at < chunk.length; at++) {
    const byte = chunk[at] ?? 0;
    if (nesting.isText) {
      if (nesting.isEscaped) nesting.isEscaped = false;
      else if (byte === BACKSLASH) nesting.isEscaped = true;
      else if (byte === QUOTE) nesting.isText = false;
      continue;
    }
    const isOutside = nesting.depth === 0 && byte > SPACE;
    const isClosing = byte === CLOSING_BRACE || byte === CLOSING_BRACKET;
    if (isClosing) nesting.depth--;
    else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) nesting.depth++;
    else if (byte === QUOTE) nesting.isText = true;
    const isEnd = (isClosing && nesting.depth === 0) || (byte === COMMA && nesting.depth === 1);
    if (isOutside || isEnd) return at;
  }
  return chunk.length;
}

/** @throws VlPetError "data" that says what the file is, as it is no object. */
async function refuse(file: string): Promise<void> {
  await readJson(
    file,
    v.pipe(
      v.unknown(),
      v.check(() => false, "an object"),
    ),
  );
}

async function* chunksOf(file: string, end = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file, { highWaterMark: 2 ** 20, end }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** The line and column of a byte. */
async function positionOf(file: string, offset: number): Promise<TextPosition> {
  const decoder = new TextDecoder();
  let position: TextPosition | undefined;
  if (offset === 0) return { line: 1, column: 1 };
  for await (const chunk of chunksOf(file, offset - 1)) {
    position = positionBehind(decoder.decode(chunk, { stream: true }), position);
  }
  return position ?? { line: 1, column: 1 };
}
