import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { CsvError, parse } from "csv-parse/sync";
import * as v from "valibot";
import { VlPetError } from "../error.ts";
import { jsonLines } from "./json-file.ts";
import { unreadable } from "./text-file.ts";

/** One row of a table. */
export interface Row {
  /** The line of the file it begins on, from 1. */
  readonly line: number;
  /** What each column holds: texts in CSV, any JSON value in JSON lines. */
  readonly cells: ReadonlyMap<string, unknown>;
  /** How a cell holds a list: as one (JSON), or as a text with something between its parts (CSV). */
  readonly lists: "arrays" | "joined";
}

/** Endings of the files that hold rows, and how each kind is read. */
const READERS: Readonly<Record<string, (content: string, file: string) => Row[]>> = {
  csv: (content, file) => csvRows(content, file, ","),
  tsv: (content, file) => csvRows(content, file, "\t"),
  jsonl: jsonRows,
  ndjson: jsonRows,
};

/**
 * Reads a table with one row a record: CSV (`.csv`, `.tsv`) whose first record names the columns, or JSON lines
 * (`.jsonl`, `.ndjson`) of one object each. White space around unquoted CSV cells is left out.
 *
 * @throws VlPetError "data" naming file and line for text that is no UTF-8, unbalanced quotes, a record of another
 * length than the header, columns without a name or with the same one, and lines that are no JSON object; naming the
 * file when it cannot be read, has another ending or holds no row.
 */
export async function readRows(file: string): Promise<Row[]> {
  const ending = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? "";
  const reader = Object.hasOwn(READERS, ending) ? READERS[ending] : undefined;
  if (reader === undefined) {
    throw new VlPetError("data", "it is unclear how to read the rows of this file", {
      where: file,
      expected: `a name that ends in ${Object.keys(READERS)
        .map((name) => `.${name}`)
        .join(", ")}`,
      fix: "name the file after its format: CSV with a header, or one JSON object a line",
    });
  }
  const rows = reader(await utf8Text(file), file);
  if (rows.length > 0) return rows;
  throw new VlPetError("data", "there is not a single row", {
    where: file,
    fix: "name a file that has some",
  });
}

async function utf8Text(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw unreadable(file, cause);
  });
  if (!isUtf8(bytes)) throw otherEncoding(bytes, file);
  return bytes
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .replaceAll("\r\n", "\n");
}

function otherEncoding(bytes: Buffer, file: string): VlPetError {
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf("\n", start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
    line++;
  }
  return new VlPetError("data", "the text is not UTF-8", {
    where: `${file}:${line}`,
    fix: "save the file as UTF-8 (it may be Latin-1 or UTF-16 now)",
  });
}

function jsonRows(content: string, file: string): Row[] {
  const record = v.custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "an object",
  );
  return jsonLines(content, record, file).map(({ line, value }) => ({
    line,
    cells: new Map(Object.entries(value)),
    lists: "arrays",
  }));
}

/** A record and the line on which it ends. */
interface CsvRecord {
  readonly cells: readonly string[];
  readonly end: number;
}

function csvRows(content: string, file: string, delimiter: string): Row[] {
  const [header, ...records] = csvRecords(content, file, delimiter);
  if (header === undefined) return [];
  const names = header.cells;
  requireNames(names, `${file}:${header.end}`);
  return records.map(({ cells, end }) => ({
    line: end - cells.join("").split("\n").length + 1,
    cells: new Map(names.map((name, i) => [name, cells[i] ?? ""])),
    lists: "joined",
  }));
}

function csvRecords(content: string, file: string, delimiter: string): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  try {
    parse(content, {
      delimiter,
      trim: true,
      skip_empty_lines: true,
      on_record(cells: readonly string[], { lines }) {
        records.push({ cells, end: lines });
        return null;
      },
    });
    return records;
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw csvError(cause, file, lineAfter(content, records.at(-1)?.end ?? 0));
  }
}

/** The first line behind line `line` that is not empty. */
function lineAfter(content: string, line: number): number {
  const empty = content
    .split("\n")
    .slice(line)
    .findIndex((text) => text.trim() !== "");
  return line + 1 + Math.max(0, empty);
}

/** Parser errors by their codes; a quote that is never closed is looked for where its record begins. */
function csvError(cause: CsvError, file: string, begin: number): VlPetError {
  const line = typeof cause["lines"] === "number" ? cause["lines"] : begin;
  if (cause.code === "CSV_QUOTE_NOT_CLOSED") {
    return new VlPetError("data", "a quote is opened and never closed", {
      where: `${file}:${begin}`,
      fix: 'close it; a quote inside a quoted cell is written twice: "say ""hello"""',
      cause,
    });
  }
  if (cause.code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH") {
    return new VlPetError("data", "the row has another number of cells than the header", {
      where: `${file}:${line}`,
      received: cause.message,
      fix: "quote cells that hold the delimiter, or fill in the missing ones",
      cause,
    });
  }
  return new VlPetError("data", "the row is not CSV", {
    where: `${file}:${line}`,
    received: cause.message,
    fix: 'put quotes round whole cells only; a quote inside one is written twice: "say ""hello"""',
    cause,
  });
}

function requireNames(names: readonly string[], where: string): void {
  const unnamed = names.indexOf("");
  const twin = names.find((name, i) => names.indexOf(name) !== i);
  if (unnamed === -1 && twin === undefined) return;
  throw new VlPetError(
    "data",
    unnamed === -1 ? `two columns are called "${twin}"` : `column ${unnamed + 1} has no name`,
    {
      where,
      expected: "a first row that gives every column a name of its own",
      received: names.join(", "),
      fix: "rename the columns, or add a header",
    },
  );
}
