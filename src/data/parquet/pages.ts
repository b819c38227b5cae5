import type { ColumnMetaData, Compressors, PageHeader } from "hyparquet";
import { decompressPage } from "hyparquet/src/datapage.js";
import type { FeaturesColumn, FloatType } from "./columns.ts";
import { fillFromHybrid } from "./hybrid.ts";
import type { ParquetFile } from "./random-access.ts";
import { type PageLocation, rawPages } from "./raw-pages.ts";

/** Numbers as a page holds them; a Uint16Array holds float16 words. Doubles are rounded to float32. */
export type PageValues = Uint16Array | Float32Array;

/** The numbers of a page, with NaN where there is none, and for each the level at which it repeats. */
export interface FloatPage {
  /** 0 begins a row of the table, 1 a list in it (or, in a flat list, goes on), 2 goes on in that list. */
  readonly repetition: Uint32Array;
  readonly values: PageValues;
}

/** The part of a column of features that lies in one row group. */
export interface ColumnChunk {
  readonly file: ParquetFile;
  readonly column: FeaturesColumn;
  readonly metadata: ColumnMetaData;
  readonly compressors: Compressors;
}

/**
 * The data pages of a column chunk, one at a time, from page `from` where its location is known and from the first
 * otherwise. The library's own route makes an object of each float16 and an array of each list; with 100,352 numbers
 * in a row of the table that takes ten times the time and memory of this one, which uses its page headers and codecs
 * only. Format: Apache Parquet, Encodings.md and the Thrift definition of PageHeader.
 */
export async function* floatPages(chunk: ColumnChunk, from: PageLocation | null): AsyncGenerator<FloatPage> {
  const { file, metadata } = chunk;
  let dictionary: PageValues | undefined;
  for await (const { header, start, end } of rawPages(file, metadata, from)) {
    const isData = header.type === "DATA_PAGE" || header.type === "DATA_PAGE_V2";
    if (!isData && header.type !== "DICTIONARY_PAGE") continue;
    const bytes = new Uint8Array(await file.slice(start, end));
    if (isData) {
      yield floatPage(chunk, header, bytes, dictionary);
      continue;
    }
    const count = header.dictionary_page_header?.num_values ?? 0;
    const content = decompressed(chunk, bytes, header.uncompressed_page_size);
    dictionary = plainValues(content, count, chunk.column.type);
  }
}

function decompressed(chunk: ColumnChunk, bytes: Uint8Array, size: number): Uint8Array {
  return decompressPage(bytes, size, chunk.metadata.codec, chunk.compressors);
}

/** Levels and encoded values of a page, which the two versions of pages order differently. */
interface OpenPage {
  readonly count: number;
  readonly encoding: string;
  readonly repetition: Uint32Array;
  readonly definition: Uint32Array;
  readonly values: Uint8Array;
}

function floatPage(
  chunk: ColumnChunk,
  header: PageHeader,
  bytes: Uint8Array,
  dictionary: PageValues | undefined,
): FloatPage {
  const page =
    header.type === "DATA_PAGE" ? firstVersion(chunk, header, bytes) : secondVersion(chunk, header, bytes);
  const { defined, type } = chunk.column;
  const present = countOf(page.definition, defined);
  const values = decodedValues(page, present, type, dictionary);
  if (present === page.count) return { repetition: page.repetition, values };
  const spread = values instanceof Uint16Array ? new Uint16Array(page.count) : new Float32Array(page.count);
  const nothing = values instanceof Uint16Array ? 0x7e00 : Number.NaN;
  let next = 0;
  for (let i = 0; i < page.count; i++)
    spread[i] = page.definition[i] === defined ? (values[next++] ?? nothing) : nothing;
  return { repetition: page.repetition, values: spread };
}

function firstVersion(chunk: ColumnChunk, header: PageHeader, bytes: Uint8Array): OpenPage {
  const page = header.data_page_header;
  if (page === undefined) throw new RangeError("a page without its header");
  const content = decompressed(chunk, bytes, header.uncompressed_page_size);
  const { num_values: count, encoding } = page;
  const [repetition, definitionAt] = levelsBehindLength(content, 0, chunk.column.depth, count);
  const [definition, valuesAt] = levelsBehindLength(content, definitionAt, chunk.column.defined, count);
  return { count, encoding, repetition, definition, values: content.subarray(valuesAt) };
}

function secondVersion(chunk: ColumnChunk, header: PageHeader, bytes: Uint8Array): OpenPage {
  const page = header.data_page_header_v2;
  if (page === undefined) throw new RangeError("a page without its header");
  const { num_values: count, encoding } = page;
  const definitionAt = page.repetition_levels_byte_length;
  const valuesAt = definitionAt + page.definition_levels_byte_length;
  const repetition = levels(bytes.subarray(0, definitionAt), chunk.column.depth, count);
  const definition = levels(bytes.subarray(definitionAt, valuesAt), chunk.column.defined, count);
  const rest = bytes.subarray(valuesAt);
  const size = header.uncompressed_page_size - valuesAt;
  const values = page.is_compressed === false ? rest : decompressed(chunk, rest, size);
  return { count, encoding, repetition, definition, values };
}

/** The levels behind their length in bytes (nothing at all if all are 0), and where they end. */
function levelsBehindLength(
  bytes: Uint8Array,
  at: number,
  greatest: number,
  count: number,
): readonly [Uint32Array, number] {
  if (greatest === 0) return [new Uint32Array(count), at];
  const start = at + 4;
  const end = start + viewOf(bytes).getUint32(at, true);
  return [levels(bytes.subarray(start, end), greatest, count), end];
}

/** `count` levels of 0 to `greatest`. */
function levels(bytes: Uint8Array, greatest: number, count: number): Uint32Array {
  const out = new Uint32Array(count);
  if (greatest > 0) fillFromHybrid(out, bytes, 32 - Math.clz32(greatest));
  return out;
}

function decodedValues(
  { encoding, values }: OpenPage,
  count: number,
  type: FloatType,
  dictionary: PageValues | undefined,
): PageValues {
  switch (encoding) {
    case "PLAIN":
      return plainValues(values, count, type);
    case "BYTE_STREAM_SPLIT":
      return plainValues(joinedStreams(values, count, BYTES[type]), count, type);
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY":
      if (dictionary === undefined) throw new RangeError("a page without its dictionary");
      return lookedUp(values, count, dictionary);
    default:
      throw new RangeError(`encoding ${encoding} of ${type}`);
  }
}

const BYTES = { float16: 2, float32: 4, float64: 8 } as const satisfies Record<FloatType, number>;

function plainValues(bytes: Uint8Array, count: number, type: FloatType): PageValues {
  const byteLength = count * BYTES[type];
  if (bytes.length < byteLength) throw new RangeError(`${bytes.length} bytes for ${count} values of ${type}`);
  const { buffer } = new Uint8Array(bytes.subarray(0, byteLength)); // a copy is aligned
  if (type === "float16") return new Uint16Array(buffer);
  return type === "float32" ? new Float32Array(buffer) : Float32Array.from(new Float64Array(buffer));
}

/** The first bytes of all values, then the second ones, and so on: put together again. */
function joinedStreams(bytes: Uint8Array, count: number, size: number): Uint8Array {
  const out = new Uint8Array(count * size);
  for (let i = 0; i < count; i++)
    for (let byte = 0; byte < size; byte++) out[i * size + byte] = bytes[byte * count + i] ?? 0;
  return out;
}

function lookedUp(bytes: Uint8Array, count: number, dictionary: PageValues): PageValues {
  const places = new Uint32Array(count);
  const bitWidth = bytes[0] ?? 0;
  if (bitWidth > 0) fillFromHybrid(places, bytes.subarray(1), bitWidth);
  let largest = 0;
  for (let i = 0; i < count; i++) largest = Math.max(largest, places[i] ?? 0);
  if (count > 0 && largest >= dictionary.length)
    throw new RangeError("a value that is not in the dictionary");
  // Two loops alike, because each is fast only on arrays of one type.
  if (dictionary instanceof Uint16Array) {
    const words = new Uint16Array(count);
    for (let i = 0; i < count; i++) words[i] = dictionary[places[i] ?? 0] ?? 0;
    return words;
  }
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = dictionary[places[i] ?? 0] ?? 0;
  return values;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function countOf(levelsOfPage: Uint32Array, level: number): number {
  let count = 0;
  for (let i = 0; i < levelsOfPage.length; i++) if (levelsOfPage[i] === level) count += 1;
  return count;
}
