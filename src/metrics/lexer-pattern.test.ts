import { describe, expect, it } from "vitest";

import { VlPetError } from "../error.ts";
import { automaton, longestMatch, matchesWhole, unitClasses } from "./lexer-automaton.ts";
import { anyWord, capitalizedWord, pattern, type Pattern } from "./lexer-pattern.ts";

function machineOf(...patterns: readonly Pattern[]) {
  return automaton(patterns, unitClasses(patterns));
}

function accepts(notation: Pattern, text: string): boolean {
  return matchesWhole(machineOf(notation), text, 0, text.length);
}

describe("pattern", () => {
  it.each<[string, Pattern, string[], string[]]>([
    ["letters in both cases", pattern`ab`, ["ab", "AB", "aB"], ["a", "abc", ""]],
    ["exact brackets", pattern`[a]b`, ["ab", "aB"], ["Ab"]],
    ["ranges and complements", pattern`[^a-c\n]`, ["d", "A", "-", "\uFFFF"], ["a", "c", "\n"]],
    ["a hyphen at the edge of brackets", pattern`[-a]+[a-]`, ["-a", "a-"], ["b-", "-"]],
    ["choices and groups", pattern`a(b|cd)e|f`, ["abe", "acde", "f"], ["ace", "abef"]],
    ["counts", pattern`[a]{2}[b]{1,3}`, ["aab", "aabbb"], ["ab", "aabbbb"]],
    ["star, plus and option", pattern`[a]*[b]+[c]?`, ["b", "aabbc"], ["a", "c", "bcc"]],
    ["escapes", pattern`\.\\\u00e9\t\``, [".\\\u00e9\t`"], ["a\\\u00e9\t`"]],
    ["blanks as layout only", pattern` a [ ] b\u0020c `, ["a b c"], ["ab c", "a bc"]],
    ["an empty pattern", pattern`a?`, ["", "a"], ["b"]],
    ["placed patterns", pattern`${pattern`a|b`}{2}`, ["ab", "bb"], ["a"]],
    ["placed sets in brackets", pattern`[^${pattern`[a-c]`}d]`, ["e"], ["b", "d"]],
    ["case forms beyond ASCII", pattern`kis`, ["\u212A\u0130\u017F", "kIs"], ["k\u00EDs"]],
    ["word lists", anyWord("u.s. ltd"), ["U.S.", "ltd", "LTD"], ["uxsx"]],
    ["capitalised words", capitalizedWord("The A"), ["The", "THE", "A"], ["the", "a"]],
  ])("reads %s", (_, notation, matching, failing) => {
    expect(matching.filter((text) => !accepts(notation, text))).toEqual([]);
    expect(failing.filter((text) => accepts(notation, text))).toEqual([]);
  });

  it.each<[string, () => Pattern]>([
    ["an open group", () => pattern`(a`],
    ["an open bracket", () => pattern`[a`],
    ["a stray parenthesis", () => pattern`a)b`],
    ["nothing to repeat", () => pattern`*a`],
    ["a broken count", () => pattern`a{x}`],
    ["a broken escape", () => pattern`\u00g0`],
    ["a trailing backslash", () => pattern`${pattern`a`}\u00`],
    ["a long pattern in brackets", () => pattern`[${pattern`ab`}]`],
  ])("refuses %s", (_, build) => {
    expect(build).toThrow(VlPetError);
    expect(build).toThrow(/malformed/);
  });
});

describe("longestMatch", () => {
  const machine = machineOf(pattern`if`, pattern`[a-z]+`, pattern`[a-z]+[0-9]`, pattern`"[^"]*"`);

  it.each([
    ["if", 0, { end: 2, pattern: 0 }],
    ["iffy", 0, { end: 4, pattern: 1 }],
    ["xyz7 a", 0, { end: 4, pattern: 2 }],
    ["  xyz", 2, { end: 5, pattern: 1 }],
    ['"a" "b', 0, { end: 3, pattern: 3 }],
    ['"a" "b', 4, undefined],
    ["7", 0, undefined],
    ["", 0, undefined],
  ])("finds in %j from %i the longest, and of equal ones the first", (text, from, expected) => {
    expect(longestMatch(machine, text, from)).toEqual(expected);
  });

  it("agrees with a regular expression on every short text over a small alphabet", () => {
    const notation = pattern`([a][b])*([a]|[b]{2})`;
    const expression = /^(ab)*(a|b{2})/;
    const units = ["a", "b", "c"];
    const texts = [0, 1, 2, 3, 4, 5].flatMap((length) =>
      Array.from({ length: 3 ** length }, (_, i) =>
        Array.from({ length }, (__, j) => units[Math.floor(i / 3 ** j) % 3]).join(""),
      ),
    );
    const shared = machineOf(notation);
    for (const text of texts) {
      const longest = Array.from({ length: text.length + 1 }, (__, cut) =>
        text.slice(0, text.length - cut),
      ).find((head) => expression.exec(head)?.[0] === head && head !== "");
      expect([text, longestMatch(shared, text, 0)?.end]).toEqual([text, longest?.length]);
    }
  });
});
