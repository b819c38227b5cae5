import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { VlPetError } from "../error.ts";
import { jsonErrorOffset } from "./json-position.ts";

/** A schema whose output is `T`. */
export type Schema<T> = v.GenericSchema<unknown, T>;

/**
 * Reads a JSON file whose content must match `schema`.
 *
 * @throws VlPetError "data" naming the file and, for text that is no JSON, line and column, or for content of another
 * form, the place inside (`annotations[3].caption`), what belongs there and what is there.
 */
export async function readJson<T>(file: string, schema: Schema<T>): Promise<T> {
  return checked(parsed(await text(file), file, 1), schema, file);
}

/** Reads a file of one JSON value per line; empty lines are left out. @throws VlPetError as `readJson`, with the line. */
export async function readJsonLines<T>(file: string, schema: Schema<T>): Promise<T[]> {
  const values: T[] = [];
  for (const [index, line] of (await text(file)).split("\n").entries()) {
    if (line.trim() === "") continue;
    values.push(checked(parsed(line, file, index + 1), schema, `${file}:${index + 1}`));
  }
  return values;
}

async function text(file: string): Promise<string> {
  try {
    const content = await readFile(file, "utf8");
    return content.startsWith("\uFEFF") ? content.slice(1) : content;
  } catch (cause) {
    throw new VlPetError("data", "the file cannot be read", {
      where: file,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "check the path in the configuration",
      cause,
    });
  }
}

function parsed(content: string, file: string, firstLine: number): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    const offset = jsonErrorOffset(content);
    const before = content.slice(0, offset).split("\n");
    const column = (before.at(-1) ?? "").length + 1;
    const rest = content.slice(offset, offset + 30);
    throw new VlPetError("data", "the file is not JSON", {
      where: `${file}:${firstLine + before.length - 1}:${column}`,
      received: rest === "" ? "the end of the text, too early" : JSON.stringify(rest),
      fix: "the file may be cut short or of another format; download or write it again",
      cause,
    });
  }
}

function checked<T>(value: unknown, schema: Schema<T>, where: string): T {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = placeOf(issue.path ?? []);
  throw new VlPetError("data", "the file has another form than expected", {
    where: place === "" ? where : `${where}, ${place}`,
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
