import type * as v from "valibot";
import { VlPetError } from "../error.ts";
import { layerOf, type Layer } from "./layers.ts";
import { nearest } from "./nearest.ts";
import { expectation, memberOf, memberSchemas, schemaAt, settingPaths } from "./schema-node.ts";

type Keys = readonly (string | number)[];

/** What was checked against which schema, and where it came from. */
export interface CheckedConfig {
  readonly schema: v.GenericSchema;
  readonly input: unknown;
  readonly layers: readonly Layer[];
}

interface Place extends CheckedConfig {
  readonly path: Keys;
  readonly issue: v.BaseIssue<unknown>;
}

/** The error of a configuration that does not fit its schema: the most telling of its issues, with a remedy. */
export function configError(
  checked: CheckedConfig,
  issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]],
): VlPetError {
  // A misspelt key often comes with "the right key is missing"; the misspelling is what helps.
  const issue = issues.find(isUnknownKey) ?? issues[0];
  const path = (issue.path ?? []).map(({ key }) => key as string | number);
  const place: Place = { ...checked, path, issue };
  if (isUnknownKey(issue)) return unknownKey(place);
  if (issue.input === undefined) return missingKey(place);
  return wrongValue(place);
}

function isUnknownKey(issue: v.BaseIssue<unknown>): boolean {
  return issue.kind === "schema" && issue.expected === "never";
}

/** A path as it is written after --set. */
function dotted(path: Keys): string {
  return path.join(".");
}

function sourceOf({ layers, path }: Place): string {
  return layerOf(layers, path)?.name ?? "the configuration";
}

function unknownKey(place: Place): VlPetError {
  const { schema, input, path } = place;
  const parent = path.slice(0, -1);
  const name = String(path.at(-1));
  const owner = schemaAt(schema, input, parent) ?? schema;
  const known = [...memberSchemas(owner, valueAt(input, parent)).keys()].map(String);
  const guess = nearest(name, known);
  const right = guess === null ? settingElsewhere(schema, name) : dotted([...parent, guess]);
  return new VlPetError("config", `there is no setting "${dotted(path)}"`, {
    where: sourceOf(place),
    expected: `one of ${known.join(", ")}`,
    received: `"${name}"`,
    fix: right === null ? "remove it" : `did you mean "${right}"?`,
  });
}

/** The first setting of this or nearly this name in any group. */
function settingElsewhere(schema: v.GenericSchema, name: string): string | null {
  const paths = settingPaths(schema).toReversed();
  const byKey = new Map(paths.map((path) => [path.split(".").at(-1) ?? path, path]));
  const guess = nearest(name, byKey.keys());
  return guess === null ? null : (byKey.get(guess) ?? null);
}

function missingKey(place: Place): VlPetError {
  const { schema, input, path, issue } = place;
  const wanted = schemaAt(schema, input, path);
  const isChoice = issue.type === "variant" || wanted === null;
  return new VlPetError("config", `the setting "${dotted(path)}" is missing`, {
    where: sourceOf(place),
    expected: inWords(isChoice ? (issue.expected ?? "a value") : expectation(wanted)),
    fix: `add it, as --set ${dotted(path)}=… or in a file given with --config`,
  });
}

function wrongValue(place: Place): VlPetError {
  const { path, issue } = place;
  const choices = [...(issue.expected ?? "").matchAll(/"([^"]*)"/g)].map(([, choice = ""]) => choice);
  const guess = typeof issue.input === "string" ? nearest(issue.input, choices) : null;
  const received = JSON.stringify(issue.input) ?? issue.received;
  return new VlPetError("config", `the setting "${dotted(path)}" has a value that it cannot have`, {
    where: sourceOf(place),
    expected: expected(place),
    received,
    fix: guess === null ? remedy(place) : `did you mean "${guess}"?`,
  });
}

/** What a value had to be. */
function expected({ schema, input, path, issue }: Place): string {
  if (issue.type === "integer") return "a whole number";
  const whole = issue.kind === "schema" ? schemaAt(schema, input, path) : null;
  return inWords(whole === null ? (issue.expected ?? issue.message) : expectation(whole));
}

const WORDS: Readonly<Record<string, string>> = {
  Object: "an object",
  Array: "a list",
  string: "text",
  number: "a number",
  boolean: "true or false",
};

/** Valibot's notation as it would be said; that a setting may be left out goes without saying. */
function inWords(expects: string): string {
  const choices = expects.replaceAll(/[()]/g, "").split(" | ");
  const said = choices.filter((choice) => choice !== "undefined").map((choice) => WORDS[choice] ?? choice);
  return said
    .join(" or ")
    .replace(/^>=/, "at least ")
    .replace(/^<=/, "at most ")
    .replace(/^>/, "more than ")
    .replace(/^</, "less than ");
}

function remedy(place: Place): string {
  const { path, issue } = place;
  const source = sourceOf(place);
  const isQuotable = issue.expected === "string" && typeof issue.input !== "object";
  if (isQuotable && source.startsWith("--set")) {
    return `put quotes round it to have it read as text: --set '${dotted(path)}="${JSON.stringify(issue.input)}"'`;
  }
  return source.endsWith(".json") ? `correct it in ${source}` : "give it such a value";
}

function valueAt(input: unknown, path: Keys): unknown {
  return path.reduce(memberOf, input);
}
