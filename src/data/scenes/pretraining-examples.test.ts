import { describe, expect, it } from "vitest";

import { pretrainingExamples } from "./pretraining-examples.ts";

const EXAMPLES = pretrainingExamples(1, 1000);

describe("pretrainingExamples", () => {
  it("are the same for the same seed, and the first of many are the few", () => {
    expect(pretrainingExamples(1, 100)).toEqual(EXAMPLES.slice(0, 100));
    expect(pretrainingExamples(2, 100)).not.toEqual(EXAMPLES.slice(0, 100));
  });

  it("describe and answer, with the tasks' own prompts", () => {
    const captions = EXAMPLES.filter(({ source }) => source.startsWith("caption: "));
    const answers = EXAMPLES.filter(({ source }) => /^vqa: [A-Z][a-z ]+\? [a-z]/.test(source));
    expect(captions.length + answers.length).toBe(EXAMPLES.length);
    expect(Math.min(captions.length, answers.length)).toBeGreaterThan(300);
    for (const { target } of captions) expect(target).toMatch(/^[A-Z].*\.$/);
    for (const { target } of answers) expect(target).toMatch(/^[a-z0-9 ]{1,16}$/);
  });

  it("describe what the scene's words say: every object of a caption is mentioned with its colour and shape", () => {
    for (const { source, target } of EXAMPLES.filter((example) => example.source.startsWith("caption: "))) {
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
});
