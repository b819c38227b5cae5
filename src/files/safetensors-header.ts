import { VlPetError, type ErrorParts } from "../error.ts";
import { repeatedKey } from "./repeated-key.ts";
import { bytesPerElement, DTYPE_NAMES, elementsOf, isDtype, type TensorEntry } from "./tensor-data.ts";

/** The format's own bound on the JSON header, in bytes. */
export const MAX_HEADER = 100_000_000;

/** Where a tensor lies: `offset` counts bytes from the start of the file. */
export interface SafetensorsEntry extends TensorEntry {
  readonly offset: number;
  readonly byteLength: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

const METADATA = "__metadata__";
const DAMAGED = "the file is damaged or was not written by safetensors: copy, download or convert it again";

/**
 * Parses and checks a header. `dataStart` is the first byte after it and `size` the file's size; the tensors must
 * cover everything between exactly once. Throws kind "checkpoint".
 */
export function safetensorsHeader(
  bytes: Uint8Array,
  dataStart: number,
  size: number,
  file: string,
): SafetensorsHeader {
  const fields = headerFields(bytes, file);
  let metadata: Readonly<Record<string, string>> = {};
  const tensors = new Map<string, SafetensorsEntry>();
  for (const [name, field] of Object.entries(fields)) {
    if (name === METADATA) metadata = checkedMetadata(field, file);
    else tensors.set(name, checkedEntry(name, field, dataStart, file));
  }
  checkCoverage(tensors, dataStart, size, file);
  return { metadata, tensors };
}

function headerFields(bytes: Uint8Array, file: string): Record<string, unknown> {
  let fields: unknown;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    fields = JSON.parse(text);
  } catch (cause) {
    throw damaged("the header is not JSON text", { where: file, cause });
  }
  if (!isRecord(fields)) throw damaged("the header is not a JSON object", { where: file });
  const repeated = repeatedKey(text);
  if (repeated !== undefined)
    throw damaged(`the header has the key ${quoted(repeated)} twice`, { where: file });
  return fields;
}

function checkedMetadata(field: unknown, file: string): Readonly<Record<string, string>> {
  if (isRecord(field) && Object.values(field).every((value) => typeof value === "string")) {
    return field as Record<string, string>;
  }
  throw damaged(`${METADATA} is not a map from strings to strings`, { where: file });
}

function checkedEntry(name: string, field: unknown, dataStart: number, file: string): SafetensorsEntry {
  const where = `${file}: tensor ${quoted(name)}`;
  if (!isRecord(field)) throw damaged("the entry is not an object", { where });
  const { dtype, shape, data_offsets: range } = field;
  if (!isDtype(dtype)) {
    throw damaged("unknown dtype", { where, expected: DTYPE_NAMES.join(", "), received: quoted(dtype) });
  }
  const elements = Array.isArray(shape) ? elementsOf(shape) : undefined;
  if (elements === undefined) {
    throw damaged("impossible shape", {
      where,
      expected: "sizes from 0 with a product below 2^53",
      received: quoted(shape),
    });
  }
  const [begin, end] = checkedRange(range, where);
  const byteLength = elements * bytesPerElement(dtype);
  if (end - begin !== byteLength) {
    throw damaged("shape and data range do not match", {
      where,
      expected: `${byteLength} bytes for ${dtype} ${quoted(shape)}`,
      received: `${end - begin} bytes`,
    });
  }
  return { dtype, shape: shape as number[], offset: dataStart + begin, byteLength };
}

function checkedRange(range: unknown, where: string): readonly [number, number] {
  if (Array.isArray(range) && range.length === 2) {
    const [begin, end] = range as unknown[];
    if (isOffset(begin) && isOffset(end) && begin <= end) return [begin, end];
  }
  throw damaged("impossible data range", { where, expected: "[begin, end]", received: quoted(range) });
}

/** Every byte after the header belongs to exactly one tensor. */
function checkCoverage(
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  dataStart: number,
  size: number,
  file: string,
): void {
  const ordered = [...tensors].toSorted(([, a], [, b]) => a.offset - b.offset || a.byteLength - b.byteLength);
  let end = dataStart;
  for (const [name, { offset, byteLength }] of ordered) {
    if (offset !== end) {
      throw damaged(offset < end ? "data overlaps another tensor's" : "unused bytes before the data", {
        where: `${file}: tensor ${quoted(name)}`,
        expected: `data from byte ${end}`,
        received: `byte ${offset}`,
      });
    }
    end = offset + byteLength;
    if (end > size) {
      throw damaged("data reaches past the end of the file", {
        where: `${file}: tensor ${quoted(name)}`,
        expected: `at least ${end} bytes`,
        received: `${size} bytes`,
      });
    }
  }
  if (end !== size) {
    throw damaged("bytes left over after the last tensor", {
      where: file,
      expected: `${end} bytes`,
      received: `${size} bytes`,
    });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** A value from the file as short text for a message. */
function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

function damaged(summary: string, parts: ErrorParts): VlPetError {
  return new VlPetError("checkpoint", summary, { fix: DAMAGED, ...parts });
}
