/**
 * A small notation for lexer rules: patterns over UTF-16 code units, written as tagged templates.
 *
 * Inside a template: letters stand for both cases, `[a-z]` and `[^a-z]` are exact, `\` escapes (`\n \r \t \f \uXXXX` and
 * marks), `( | )` groups, `* + ? {m} {m,n}` repeat, and `${…}` places another pattern as one group (a set of units may
 * also stand inside brackets). Blanks and line ends outside brackets only lay the pattern out. There are no captures,
 * anchors or look-arounds, so every pattern is a regular language and a finite automaton decides it in one pass.
 *
 * @example
 * const DIGIT = pattern`[0-9]`;
 * const DATE = pattern`${DIGIT}{1,2}/${DIGIT}{1,2}`;
 */
import { VlPetError } from "../error.ts";

/** An inclusive range of UTF-16 code units. */
export type UnitRange = readonly [first: number, last: number];

export interface UnitSet {
  readonly kind: "units";
  /** Sorted, without overlaps. */
  readonly ranges: readonly UnitRange[];
}

export type Pattern =
  | UnitSet
  | { readonly kind: "sequence"; readonly parts: readonly Pattern[] }
  | { readonly kind: "choice"; readonly options: readonly Pattern[] }
  | { readonly kind: "repeat"; readonly part: Pattern; readonly least: number; readonly most: number };

export const LAST_UNIT = 0xffff;

/** Sorts ranges and joins those that touch. */
export function unitSet(ranges: readonly UnitRange[]): UnitSet {
  const merged: [number, number][] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const top = merged.at(-1);
    if (top !== undefined && first <= top[1] + 1) top[1] = Math.max(top[1], last);
    else merged.push([first, last]);
  }
  return { kind: "units", ranges: merged };
}

function complement(set: UnitSet): UnitSet {
  const gaps: UnitRange[] = [];
  let next = 0;
  for (const [first, last] of set.ranges) {
    if (first > next) gaps.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST_UNIT) gaps.push([next, LAST_UNIT]);
  return { kind: "units", ranges: gaps };
}

/** Template source as a list: one string per source character, interpolated patterns in between. */
interface Source {
  readonly symbols: readonly (string | Pattern)[];
  at: number;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f" };

function malformed(source: Source, expected: string): VlPetError {
  const shown = source.symbols.map((symbol) => (typeof symbol === "string" ? symbol : "${…}")).join("");
  return new VlPetError("config", "a lexer pattern is malformed", {
    where: `\`${shown}\` at symbol ${source.at}`,
    expected,
  });
}

/** The symbols from the current one to before `to`, a blank for each placed pattern. */
function literalText(source: Source, to?: number): string {
  const symbols = source.symbols.slice(source.at, to);
  return symbols.map((symbol) => (typeof symbol === "string" ? symbol : " ")).join("");
}

/** Consumes `symbol` if it is next. */
function takes(source: Source, symbol: string): boolean {
  if (source.symbols[source.at] !== symbol) return false;
  source.at++;
  return true;
}

/** Reads one literal code unit, escapes resolved. */
function readUnit(source: Source): number {
  const symbol = source.symbols[source.at++];
  if (typeof symbol !== "string") throw malformed(source, "a character");
  if (symbol !== "\\") return symbol.charCodeAt(0);
  const escaped = source.symbols[source.at++];
  if (typeof escaped !== "string") throw malformed(source, "a character after the backslash");
  if (escaped !== "u") return (ESCAPES[escaped] ?? escaped).charCodeAt(0);
  const digits = literalText(source, source.at + 4);
  if (!/^[0-9a-f]{4}$/i.test(digits)) throw malformed(source, "four hexadecimal digits after \\u");
  source.at += 4;
  return Number.parseInt(digits, 16);
}

function readBracket(source: Source): UnitSet {
  const negated = takes(source, "^");
  const ranges: UnitRange[] = [];
  while (!takes(source, "]")) {
    const symbol = source.symbols[source.at];
    if (symbol === undefined) throw malformed(source, "a closing bracket");
    if (typeof symbol !== "string") {
      if (symbol.kind !== "units") throw malformed(source, "a set of units inside brackets");
      ranges.push(...symbol.ranges);
      source.at++;
      continue;
    }
    const first = readUnit(source);
    const isRange = source.symbols[source.at] === "-" && source.symbols[source.at + 1] !== "]";
    if (isRange) source.at++;
    ranges.push([first, isRange ? readUnit(source) : first]);
  }
  const set = unitSet(ranges);
  return negated ? complement(set) : set;
}

function exactly(unit: number): UnitSet {
  return unitSet([[unit, unit]]);
}

/** Characters beyond ASCII whose upper or lower case is an ASCII letter: dotted and dotless i, Kelvin sign, long s. */
const CASE_VARIANTS: Readonly<Record<string, string>> = { i: "\u0130\u0131", k: "\u212a", s: "\u017f" };

/** Case forms by unit: patterns are full of the same letters, and share their sets. */
const SHARED_LITERALS = new Map<number, UnitSet>();

/** One literal character outside brackets: letters of the Latin alphabet match all their case forms. */
function eitherCase(unit: number): UnitSet {
  const shared = SHARED_LITERALS.get(unit);
  if (shared !== undefined) return shared;
  const lower = String.fromCharCode(unit).toLowerCase();
  const forms = [lower, lower.toUpperCase(), ...(CASE_VARIANTS[lower] ?? "").split("")];
  const set = /^[a-z]$/.test(lower)
    ? unitSet(forms.map((form) => [form.charCodeAt(0), form.charCodeAt(0)] as const))
    : exactly(unit);
  SHARED_LITERALS.set(unit, set);
  return set;
}

function readAtom(source: Source): Pattern {
  const symbol = source.symbols[source.at];
  if (symbol !== undefined && typeof symbol !== "string") {
    source.at++;
    return symbol;
  }
  if (takes(source, "[")) return readBracket(source);
  if (takes(source, "(")) {
    const inner = readChoice(source);
    if (!takes(source, ")")) throw malformed(source, "a closing parenthesis");
    return inner;
  }
  if (symbol === undefined || "*+?{}|)]".includes(symbol)) throw malformed(source, "a character or a group");
  return eitherCase(readUnit(source));
}

function readCounts(source: Source): { least: number; most: number } {
  const counts = /^(\d+)(?:,(\d+))?\}/.exec(literalText(source));
  if (counts === null) throw malformed(source, "{m} or {m,n}");
  source.at += counts[0].length;
  const least = Number(counts[1]);
  return { least, most: counts[2] === undefined ? least : Number(counts[2]) };
}

function readRepeat(source: Source): Pattern {
  let part = readAtom(source);
  for (;;) {
    if (takes(source, "*")) part = { kind: "repeat", part, least: 0, most: Infinity };
    else if (takes(source, "+")) part = { kind: "repeat", part, least: 1, most: Infinity };
    else if (takes(source, "?")) part = { kind: "repeat", part, least: 0, most: 1 };
    else if (takes(source, "{")) part = { kind: "repeat", part, ...readCounts(source) };
    else return part;
  }
}

function readSequence(source: Source): Pattern {
  const parts: Pattern[] = [];
  for (;;) {
    while (takes(source, " ") || takes(source, "\n"));
    const symbol = source.symbols[source.at];
    if (symbol === undefined || symbol === "|" || symbol === ")") break;
    parts.push(readRepeat(source));
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: "sequence", parts };
}

function readChoice(source: Source): Pattern {
  const options = [readSequence(source)];
  while (takes(source, "|")) options.push(readSequence(source));
  const [only] = options;
  return options.length === 1 && only !== undefined ? only : { kind: "choice", options };
}

/**
 * The tag that turns a template into a {@link Pattern}; see the file's head for the notation.
 *
 * @throws VlPetError of kind `config` when the notation is malformed.
 */
export function pattern(template: TemplateStringsArray, ...placed: readonly Pattern[]): Pattern {
  const symbols = template.raw.flatMap((text, i): (string | Pattern)[] => {
    const inserted = placed[i];
    return inserted === undefined ? text.split("") : [...text.split(""), inserted];
  });
  const source: Source = { symbols, at: 0 };
  const whole = readChoice(source);
  if (source.at < symbols.length) throw malformed(source, "the end of the pattern");
  return whole;
}

function wordList(words: string, firstUnit: (unit: number) => UnitSet): Pattern {
  const options = words
    .trim()
    .split(/\s+/)
    .map((word): Pattern => {
      const units = Array.from({ length: word.length }, (_, i) => word.charCodeAt(i));
      return { kind: "sequence", parts: units.map((unit, i) => (i === 0 ? firstUnit : eitherCase)(unit)) };
    });
  return { kind: "choice", options };
}

/** Any one of the words, separated by blanks; letters match both cases, other characters stand for themselves. */
export function anyWord(words: string): Pattern {
  return wordList(words, eitherCase);
}

/** Any one of the words as {@link anyWord}, but the first letter only as written. */
export function capitalizedWord(words: string): Pattern {
  return wordList(words, exactly);
}
