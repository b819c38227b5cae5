import * as v from "valibot";
import { VlPetError } from "../error.ts";
import { jsonErrorOffset } from "./json-position.ts";
import { readText } from "./text-file.ts";

/** A schema whose output is `T`. */
export type Schema<T> = v.GenericSchema<unknown, T>;

/**
 * Reads a JSON file whose content must match `schema`.
 *
 * @throws VlPetError "data" naming the file and, for text that is no JSON, line and column, or for content of another
 * form, the place inside (`annotations[3].caption`), what belongs there and what is there.
 */
export async function readJson<T>(file: string, schema: Schema<T>): Promise<T> {
  return checkedForm(parsedJson(await readText(file), file), schema, { file });
}

/** Reads a file of one JSON value per line; empty lines are left out. @throws VlPetError as `readJson`, with the line. */
export async function readJsonLines<T>(file: string, schema: Schema<T>): Promise<T[]> {
  return (await readLines(file, schema)).map(({ value }) => value);
}

/** As `readJsonLines`, each value with its line. */
export async function readLines<T>(file: string, schema: Schema<T>): Promise<JsonLine<T>[]> {
  return jsonLines(await readText(file), schema, file);
}

/** A JSON value that fills a line of its own. */
export interface JsonLine<T> {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly value: T;
}

/** The JSON values of a text that has one a line, with their lines, from 1. @throws VlPetError as `readJsonLines`. */
export function jsonLines<T>(content: string, schema: Schema<T>, file: string): JsonLine<T>[] {
  return content.split("\n").flatMap((entry, i) => {
    if (entry.trim() === "") return [];
    const line = i + 1;
    const value = parsedJson(entry, file, { line, column: 1 });
    return [{ line, text: entry, value: checkedForm(value, schema, { file: `${file}:${line}` }) }];
  });
}

/** A place in a text: line and column, both from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

const BEGIN: TextPosition = { line: 1, column: 1 };

/** The value of a JSON text, which begins at `begin` of its file. @throws VlPetError "data" with line and column. */
export function parsedJson(content: string, file: string, begin: TextPosition = BEGIN): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    const offset = jsonErrorOffset(content);
    throw notJson(file, positionBehind(content.slice(0, offset), begin), content.slice(offset), cause);
  }
}

/** The place behind a text that begins at `begin`. */
export function positionBehind(passed: string, begin: TextPosition = BEGIN): TextPosition {
  const lines = passed.split("\n");
  const column = (lines.at(-1) ?? "").length;
  return { line: begin.line + lines.length - 1, column: column + (lines.length === 1 ? begin.column : 1) };
}

/** The error of a text that stops being JSON at a place; `rest` is what stands there. */
export function notJson(
  file: string,
  { line, column }: TextPosition,
  rest: string,
  cause?: unknown,
): VlPetError {
  return new VlPetError("data", "the file is not JSON", {
    where: `${file}:${line}:${column}`,
    received: rest === "" ? "the end of the text, too early" : JSON.stringify(rest.slice(0, 30)),
    fix: "the file may be cut short or of another format; download or write it again",
    cause,
  });
}

/** `value` in the form of `schema`; `key` is where in the file it lies. @throws VlPetError "data" naming the place. */
export function checkedForm<T>(
  value: unknown,
  schema: Schema<T>,
  { file, key }: { readonly file: string; readonly key?: string },
): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = placeOf([...(key === undefined ? [] : [{ key }]), ...(issue.path ?? [])]);
  throw new VlPetError("data", "the file has another form than expected", {
    where: place === "" ? file : `${file}, ${place}`,
    expected: issue.expected ?? issue.message,
    received: issue.received,
    fix: "check that this is the file the configuration means, and that it is complete",
  });
}

/** A path as one would write it in a program: `annotations[3].caption`. */
function placeOf(path: readonly { readonly key: unknown }[]): string {
  return path
    .map(({ key }, i) => (typeof key === "number" ? `[${key}]` : `${i === 0 ? "" : "."}${String(key)}`))
    .join("");
}
