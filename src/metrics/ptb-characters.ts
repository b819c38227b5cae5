/**
 * The character sets of the Penn Treebank lexer (Stanford PTBTokenizer 3.4.1). It reads UTF-16 code units, so characters
 * beyond the Basic Multilingual Plane, emoji among them, belong to no set and are dropped.
 */
import { LAST_UNIT, pattern, unitSet, type UnitRange, type UnitSet } from "./lexer-pattern.ts";

/** Every code unit at the index that it is, blanks in place of the surrogates. */
const EVERY_UNIT = Array.from({ length: LAST_UNIT + 1 }, (_, unit) =>
  unit >= 0xd800 && unit <= 0xdfff ? " " : String.fromCharCode(unit),
).join("");

/** The code units that runs of a Unicode property are made of. */
function unitsOf(runs: RegExp): UnitSet {
  return unitSet(
    [...EVERY_UNIT.matchAll(runs)].map(({ index, 0: run }): UnitRange => [index, index + run.length - 1]),
  );
}

/** Reads ranges such as `2C2-2C5 375`. */
function rangesOf(table: string): UnitSet {
  return unitSet(
    table
      .trim()
      .split(/\s+/)
      .map((range): UnitRange => {
        const [first = "", last = first] = range.split("-");
        return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
      }),
  );
}

/** Marks and signs that the lexer counts among the letters: combining accents, vowel signs, modifier letters. */
const WORD_MARKS = rangesOf(`
  AD 2C2-2C5 2D2-2DF 2E5-2EB 2ED 2EF-36F 375 378-379 384-385 3F6 483-487 55A-55F 591-5BD 5BF 5C1-5C2 5C4-5C5 5C7
  615-61A 64B-65E 670 6D6-6E4 6E7-6ED 6FD-6FE 70F 711 730-74C 7A6-7B0 7EB-7F3 900-903 93C 93E-94E 951-955 962-963
  981-983 9BC 9BE-9C4 9C7-9C8 9CB-9CD 9D7 9E2-9E3 A01-A03 A3C A3E-A4F A81-A83 ABC ABE-ACF B82 BBE-BC2 BC6-BC8
  BCA-BCD C01-C03 C3E-C56 D3E-D44 D46-D48 E31 E34-E3A E47-E4E EB1 EB4-EBC EC8-ECD`);

export const SPACE = rangesOf("09 20 A0 2000-200A 3000");
/** A line end; a carriage return with its line feed is one. */
export const NEWLINE = pattern`\r\n | [\n-\r\u0085\u2028\u2029]`;
export const SPACE_OR_NEWLINE = pattern`${SPACE}|${NEWLINE}`;

export const DIGIT = unitSet([...unitsOf(/\p{Nd}+/gu).ranges, [0x7c0, 0x7c9]]);
/** Two Mongolian signs were letters when the lexer was made. */
export const LETTER = unitSet([...unitsOf(/\p{L}+/gu).ranges, [0x1885, 0x1886]]);
export const UPPERCASE = unitsOf(/\p{Uppercase}+/gu);
/** A letter inside a word: letters, their marks, and entities for accented vowels. */
export const WORD_LETTER = pattern`[${LETTER}${WORD_MARKS}]|&[aeiouAEIOU](acute|grave|uml);`;

/** Apostrophe as typed, as typeset, as CP1252 byte or as entity. */
export const APOSTROPHE = pattern`['\u0092\u2019]|&apos;`;
/** Also the marks that stand for an apostrophe inside a word, rightly or wrongly. */
export const INNER_APOSTROPHE = pattern`${APOSTROPHE}|[\`\u0091\u2018\u201B]`;
export const HYPHEN = pattern`[-_\u058A\u2010\u2011]`;

/** Symbols that are tokens of their own: arithmetic, currency-like, bullets, arrows, full-width marks. */
export const SYMBOL = rangesOf(`
  25-26 2B 5C 5E 7C 7E A6-A9 AC AE-BA D7 F7 387 5BE 5C0 5C3 5C6 5F3-5F4 600-603 606-60A 60C 614 61B 61E 66A 66D 703-70D
  7F6-7F8 964-965 E4F 1FBD 2016-2017 2020-2023 2030-2038 203B 203E-2042 2044 207A-207F 208A-208E 2100-214F 2190-2BFF
  3012 30FB FF01-FF0F FF1A-FF20 FF3B-FF40 FF5B-FF65`);
