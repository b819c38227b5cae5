import { describe, expect, it } from "vitest";
import type { FeatureSource } from "../data/index.ts";
import type { TaskSplit } from "../tasks/index.ts";
import { featureSurvey } from "./check/feature-survey.ts";
import { skippedText, usableExamples } from "./skipped-examples.ts";

/** Features by image: so many rows, or an error. */
function source(rows: Readonly<Record<string, number | string>>, reads: string[] = []): FeatureSource {
  return {
    describe: "made up",
    read(image) {
      reads.push(image);
      const found = rows[image];
      if (typeof found !== "number") return Promise.reject(new Error(`${image}: ${found}\n  fix: none`));
      return Promise.resolve({ rows: found, width: 2, values: new Float32Array(2 * found) });
    },
    missing: (images) => Promise.resolve([...images].filter((image) => !(image in rows))),
    close: () => Promise.resolve(),
  };
}

/** A split whose examples are named after their images. */
function split(visual: "images" | "clip", ...shown: readonly (readonly string[])[]): TaskSplit {
  const examples = shown.map((images) => ({ id: images.join("+"), images, prompt: "", references: [] }));
  const form = {
    visual,
    limits: { source: 1, target: 1 },
    loss: "token-mean",
    answer: { kind: "word", words: ["a", "b"] },
  } as const;
  return {
    task: "nlvr",
    split: "train",
    form,
    examples,
    target: (index) => ({ text: examples[index]?.id ?? "", weight: 1 }),
    score: () => {
      throw new Error("not scored");
    },
    hasTarget: () => true,
    isScorable: true,
    resultFile: () => "",
  };
}

function usable(content: TaskSplit, features: FeatureSource) {
  const doubtful = { name: "nlvr", split: "train", content, features } as const;
  return usableExamples(doubtful, featureSurvey(null), () => undefined);
}

describe("usableExamples", () => {
  it("leaves out examples of missing, damaged and unlike features, and keeps targets beside the others", async () => {
    const features = source({ a: 4, b: 4, c: 9, d: "damaged" });
    const content = split("images", ["a", "x"], ["a", "b"], ["b", "c"], ["d", "a"], ["b", "b"]);
    const { content: kept, skipped } = await usable(content, features);
    expect(kept.examples.map(({ id }) => id)).toEqual(["a+b", "b+b"]);
    expect(kept.target(1, undefined as never).text).toBe("b+b");
    expect(skipped.map(({ id, image, reason }) => [id, image, reason])).toEqual([
      ["a+x", "x", "there are no features of this image"],
      ["b+c", "c", "the image has 9 rows of features, most have 4"],
      ["d+a", "d", "d: damaged"],
    ]);
  });

  it("lets clips be of any length", async () => {
    const content = split("clip", ["a"], ["b"]);
    const { content: kept, skipped } = await usable(content, source({ a: 4, b: 9 }));
    expect(skipped).toEqual([]);
    expect(kept).toBe(content);
  });

  it("says so when nothing is left", async () => {
    await expect(usable(split("images", ["a"], ["b"]), source({ a: "damaged" }))).rejects.toThrow(
      "2 examples without, the first because: a: damaged",
    );
  });
});

describe("featureSurvey", () => {
  it("reads an image once, however many splits have it", async () => {
    const reads: string[] = [];
    const features = source({ a: 1, b: 1 }, reads);
    const survey = featureSurvey(null);
    const progress: string[] = [];
    const note = (done: number, total: number): unknown => progress.push(`${done}/${total}`);
    await survey.of(features, ["a", "b"], note);
    await survey.of(features, ["b", "a", "gone"], note);
    expect(reads).toEqual(["a", "b"]);
    expect(progress).toEqual(["2/2", "2/2"]);
  });

  it("reads a sample, spread evenly", async () => {
    const images = Array.from({ length: 10 }, (_, i) => `i${i}`);
    const features = source(Object.fromEntries(images.map((image) => [image, 1])));
    const found = await featureSurvey(5).of(features, images, () => undefined);
    expect([...found.keys()]).toEqual(["i0", "i2", "i4", "i6", "i8"]);
  });
});

describe("skippedText", () => {
  it("names the first ten", () => {
    const skipped = Array.from(
      { length: 12 },
      (_, i) => ({ task: "vqa", split: "test", id: `${i}`, image: "x", reason: "gone" }) as const,
    );
    const lines = skippedText(skipped, "run/skipped.json").split("\n");
    expect(lines[0]).toBe("examples left out: 12");
    expect(lines).toHaveLength(1 + 10 + 2);
    expect(lines.slice(-3)).toEqual([
      "  vqa test 9: gone",
      "  and 2 more",
      "  all of them are listed in run/skipped.json",
    ]);
    expect(skippedText(skipped.slice(0, 1), null)).toBe("examples left out: 1\n  vqa test 0: gone");
  });
});
