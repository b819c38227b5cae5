import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { CONTRACTIONS } from "./vqa-contractions.ts";
import { normalizeAnswer, normalizePrediction, stripPunctuation, unifyWords } from "./vqa-normalize.ts";

describe("the punctuation step, then the digit and article step", () => {
  it.each([
    ["Yes", "Yes", "yes"],
    ["two dogs", "two dogs", "2 dogs"],
    ["The Cat.", "The Cat", "cat"],
    ["a", "a", ""],
    ["1,000", "1000", "1000"],
    ["1, 000", "1 000", "1 000"],
    ["3.5.", "3.5", "3.5"],
    ["5 o'clock", "5 o'clock", "5 o'clock"],
    ["dont know", "dont know", "don't know"],
    ["red/white", "red white", "red white"],
    ["red / white", "red  white", "red white"],
    ["t-shirt", "t shirt", "t shirt"],
    ["well-done.", "well done", "well done"],
    ["None", "None", "0"],
    ["U.S.A.", "USA", "usa"],
    ["what?", "what ", "what"],
    ["what? no", "what no", "what no"],
    ["it's 10:30", "it's 10:30", "it's 10:30"],
    ['"stop"', " stop ", "stop"],
    ["black, white", "black white", "black white"],
    ["an apple and the pear", "an apple and the pear", "apple and pear"],
    ["Im here", "Im here", "im here"],
    ["ow's'at", "ow's'at", "'ow's'at"],
    ["$5.00", "$5.00", "$5.00"],
    ["5.", "5", "5"],
    ["5 .5", "5 .5", "5 .5"],
    ["a.b.c", "abc", "abc"],
    ["hello_world", "hello world", "hello world"],
    ["foo@bar.com", "foo barcom", "foo barcom"],
    ["(left)", " left ", "left"],
    ["[x] y", " x y", "x y"],
    ["somebody'd", "somebody'd", "somebodyd"],
    ["the a an", "the a an", ""],
    ["constructor one", "constructor one", "constructor 1"],
  ])("takes %j to %j to %j", (answer, stripped, unified) => {
    expect(stripPunctuation(answer)).toBe(stripped);
    expect(unifyWords(stripped)).toBe(unified);
  });

  it("deletes at most 32 full stops", () => {
    expect(stripPunctuation(".".repeat(40))).toBe(".".repeat(8));
  });

  it("deletes every mark when an answer has a comma between digits", () => {
    expect(stripPunctuation("1,000-2,000")).toBe("10002000");
  });
});

describe("normalizePrediction and normalizeAnswer", () => {
  it("flatten line ends, tabs and outer blanks first", () => {
    expect(normalizePrediction(" red\nand\twhite \u00A0")).toBe("red and white");
    expect(normalizePrediction("red\n/white")).toBe("red white");
  });

  it("differ in nothing, as the punctuation step leaves no comma", () => {
    expect(normalizeAnswer("The one, two")).toBe("1 2");
  });
});

const FIXTURE = "../shared/fixtures/vqa/normalization.json";

describe.skipIf(!existsSync(FIXTURE))("normalisation of real answers (needs the shared fixtures)", () => {
  const { tables, pairs } = JSON.parse(readFileSync(FIXTURE, "utf8")) as {
    tables: {
      contractions: Record<string, string>;
      manualMap: Record<string, string>;
      articles: string[];
      punct: string[];
    };
    pairs: [string, string, string, string][];
  };

  it("knows the evaluators' contractions", () => {
    expect(Object.fromEntries(CONTRACTIONS)).toEqual(tables.contractions);
  });

  it("knows the evaluators' number words, articles and marks", () => {
    for (const [word, digits] of Object.entries(tables.manualMap)) expect(unifyWords(word)).toBe(digits);
    expect(tables.articles.map(unifyWords)).toEqual(["", "", ""]);
    expect(tables.punct).toHaveLength(21);
    for (const mark of tables.punct) {
      expect([mark, stripPunctuation(`a${mark}b`)]).toEqual([mark, "a b"]);
      expect([mark, stripPunctuation(`a${mark} b`)]).toEqual([mark, "a b"]);
    }
  });

  it("equals every step of every answer", () => {
    expect(pairs).toHaveLength(542);
    const steps = pairs.map(([answer]) => {
      const stripped = stripPunctuation(answer);
      return [answer, stripped, unifyWords(stripped), normalizeAnswer(answer)];
    });
    expect(steps).toEqual(pairs);
  });
});
