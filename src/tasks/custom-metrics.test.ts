import { describe, expect, it } from "vitest";
import { captionScores } from "../metrics/index.ts";
import { CUSTOM_METRICS, customScores } from "./custom-metrics.ts";

const PREDICTIONS = ["Dark  blue ", "two dogs", "a cat on a mat"];
const TARGETS = [["red", "dark blue"], ["two dogs"], ["a dog on a mat", "the cat sat"]];

describe("the metrics of own data", () => {
  it("accuracy looks at words, exact at characters", () => {
    const scores = customScores(["accuracy", "exact"], PREDICTIONS, TARGETS);
    expect(scores.get("accuracy")?.perItem).toEqual([100, 100, 0]);
    expect(scores.get("accuracy")?.value).toBeCloseTo(200 / 3, 10);
    expect(scores.get("exact")?.perItem).toEqual([0, 100, 0]);
  });

  it("cider, bleu and rouge are those of captions, in percent", () => {
    const scores = customScores(["cider", "bleu", "rouge"], PREDICTIONS, TARGETS);
    const { corpus, perItem } = captionScores(PREDICTIONS, TARGETS);
    expect(scores.get("cider")?.value).toBe(100 * corpus.CIDEr);
    expect(scores.get("bleu")?.value).toBe(100 * corpus.Bleu_4);
    expect(scores.get("rouge")?.perItem).toEqual(perItem.map((item) => 100 * item.ROUGE_L));
    expect(scores.get("rouge")?.value).toBeGreaterThan(30);
  });

  it("vqa counts the people who gave the answer", () => {
    const people = ["red", "red", "blue", "blue", "blue", "blue", "blue", "green", "grey", "teal"];
    const scores = customScores(["vqa"], ["red", "Blue.", "pink"], [people, people, people]);
    expect(scores.get("vqa")?.perItem).toEqual([60, 100, 0]); // "red": two see one other, eight see two
    expect(scores.get("vqa")?.value).toBeCloseTo(53.33, 2);
  });

  it("vqa wants the answers of several people", () => {
    expect(() => customScores(["vqa"], ["a"], [["a", "b", "a"]])).toThrow("a row with 3: a, b, a");
  });

  it("are all percent, for each prediction", () => {
    const targets = [["a red kite"], ["a man"]].map(([text = ""]) => Array.from({ length: 4 }, () => text));
    for (const [name, metric] of Object.entries(CUSTOM_METRICS)) {
      const predictions = ["a red kite", "a man"];
      const captions = () => captionScores(predictions, targets);
      const { value, perItem } = metric({ predictions, targets, captions });
      expect(perItem, name).toHaveLength(2);
      expect(value, name).toBeGreaterThanOrEqual(name === "bleu" ? 0 : 99);
    }
  });
});
