import { describe, expect, it } from "vitest";

import { PRETRAINING_TASKS, pretrainingExamples, type PretrainingTask } from "./pretraining-examples.ts";
import type { TextPair } from "./pretraining-pair.ts";

const EXAMPLES = new Map(PRETRAINING_TASKS.map((task) => [task, pretrainingExamples(task, 1, 300)]));
const of = (task: PretrainingTask): readonly TextPair[] => EXAMPLES.get(task) ?? [];

describe("pretrainingExamples", () => {
  it.each(PRETRAINING_TASKS)(
    "of %s are the same for the same seed, and the first of many are the few",
    (task) => {
      expect(pretrainingExamples(task, 1, 50)).toEqual(of(task).slice(0, 50));
      expect(pretrainingExamples(task, 2, 50)).not.toEqual(of(task).slice(0, 50));
    },
  );

  it.each([
    ["caption", /^caption: [a-z]/, /^[A-Z].*\.$/],
    ["vqa", /^vqa: [A-Z][a-z ]+\? [a-z]/, /^[a-z0-9 ]{1,16}$/],
    ["gqa", /^gpa: [A-Z][a-z, ]+\? [a-z]/, /^[a-z ]{1,16}$/],
    ["nlvr", /^nlvr: [A-Z][a-z ]+(\.|: [A-Z][a-z ]+\?) [a-z]/, /^[a-z0-9 ]{1,16}$/],
    ["tvc", /^\[Subs\] .*[.?] \[TS\] \(\[\d+, \d+\]\) tvc: [a-z]/, /^[A-Z].*\.$/],
    ["yc2c", /^\[Subs\] .*yc2c: [a-z]/, /^[a-z, ]+$/],
  ] as const)("of %s have the task's own prompt and form", (task, source, target) => {
    for (const example of of(task)) {
      expect(example.source).toMatch(source);
      expect(example.target).toMatch(target);
    }
  });

  it("describe what the scene's words say: every object of a caption is mentioned with its colour and shape", () => {
    for (const { source, target } of of("caption")) {
      const mentions = source.slice("caption: ".length).split(", ");
      for (const [, color = "", shape = ""] of target.matchAll(
        /(\w+) (circle|square|triangle|star|cross)/g,
      )) {
        expect(
          mentions.some((mention) => mention.includes(color) && mention.includes(shape)),
          target,
        ).toBe(true);
      }
    }
  });

  it("tell the two pictures of a statement apart, and the moments of a clip", () => {
    for (const { source } of of("nlvr")) {
      const mentions = source.slice(source.search(/[.?] [a-z]/) + 2).split(", ");
      for (const mention of mentions) expect(mention).toMatch(/\b(first|second)\b/);
    }
    for (const { source } of of("yc2c")) {
      const mentions = source.slice(source.indexOf("yc2c: ") + 6).split(", ");
      for (const mention of mentions) expect(mention).toMatch(/\b(start|end)\b/);
    }
  });

  it("ask about clips with choices, and some without", () => {
    for (const [task, last] of [
      ["tvqa", 4],
      ["how2qa", 3],
    ] as const) {
      const [subtitles, time, clip] = [
        "\\[Subs\\] ",
        "\\[TS\\] \\(\\d+-\\d+\\) ",
        `${task}: .*\\b(start|end)\\b`,
      ];
      const choosing = new RegExp(
        `^${subtitles}.*\\[Q\\] .*\\? ${time}\\[Choices\\] a0: .* a${last}: .*\\. ${clip}`,
      );
      const choices = of(task).filter(({ source }) => source.includes("[Choices]"));
      const plain = of(task).filter(({ source }) => !source.includes("[Choices]"));
      const lookedUp = choices.filter(({ source }) => !/(start|end) (small|large)/.test(source));
      expect(lookedUp.length).toBeGreaterThan(20);
      for (const { source, target } of lookedUp) {
        const answer = source.slice(source.indexOf(`${task}: `) + task.length + 2);
        expect(source).toContain(`${target}: ${answer}.`);
      }
      for (const { source, target } of choices.filter((choice) => !lookedUp.includes(choice))) {
        expect(source).toMatch(choosing);
        expect(target).toMatch(new RegExp(`^a[0-${last}]$`));
      }
      expect(plain.length).toBeGreaterThan(40);
      for (const { source, target } of plain) {
        expect(source).toMatch(new RegExp(`^${subtitles}.*\\? ${time}${clip}`));
        expect(target).toMatch(/^[a-z ]+$/);
      }
    }
  });

  it("ask for true and false, and for each choice, equally often", () => {
    for (const [task, shares] of [
      ["nlvr", 2],
      ["tvqa", 5],
      ["how2qa", 4],
    ] as const) {
      const counts = new Map<string, number>();
      const answers = of(task).filter(({ target }) => /^(true|false|a\d)$/.test(target));
      for (const { target } of answers) counts.set(target, (counts.get(target) ?? 0) + 1);
      expect(counts.size).toBe(shares);
      for (const count of counts.values()) expect(Math.abs(count - answers.length / shares)).toBeLessThan(45);
    }
  });
});
