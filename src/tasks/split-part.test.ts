import { describe, expect, it } from "vitest";
import { RandomStream } from "../random.ts";
import { splitPart, topkPart } from "./split-part.ts";
import type { TaskSplit } from "./task.ts";
import { vqa } from "./vqa.ts";

const SPLIT: TaskSplit = {
  task: "vqa",
  split: "train",
  form: vqa.form({}),
  examples: Array.from({ length: 10 }, (_, i) => ({
    id: `${i}`,
    images: [],
    prompt: `question ${i}`,
    references: [],
  })),
  target: (index) => ({ text: `answer ${index}`, weight: 1 }),
  score: () => {
    throw new Error("not asked");
  },
  hasTarget: () => true,
  isScorable: true,
  resultFile: () => "",
};
const random = new RandomStream(1, "x");

function ids(split: TaskSplit): readonly string[] {
  return split.examples.map(({ id }) => id);
}

describe("splitPart", () => {
  it("knows which of its examples have a target, and can be scored where the whole can", () => {
    const part = splitPart({ ...SPLIT, hasTarget: (index) => index !== 2, isScorable: false }, [7, 2]);
    expect([0, 1, 2].map((index) => part.hasTarget(index))).toEqual([true, false, false]);
    expect(part.isScorable).toBe(false);
    expect(splitPart(SPLIT, [7]).isScorable).toBe(true);
  });

  it("keeps examples with their targets", () => {
    const part = splitPart(SPLIT, [7, 2]);
    expect(ids(part)).toEqual(["7", "2"]);
    expect([0, 1].map((index) => part.target(index, random).text)).toEqual(["answer 7", "answer 2"]);
    expect(() => part.target(2, random)).toThrow(RangeError);
    expect(() => splitPart(SPLIT, [10])).toThrow(RangeError);
  });
});

describe("topkPart", () => {
  it("keeps the first so many for a number above 1", () => {
    expect(ids(topkPart(SPLIT, 3, 1))).toEqual(["0", "1", "2"]);
    expect(ids(topkPart(SPLIT, 99, 1))).toHaveLength(10);
  });

  it("draws a share by the seed", () => {
    const half = ids(topkPart(SPLIT, 0.55, 1));
    expect(half).toHaveLength(5);
    expect(new Set(half).size).toBe(5);
    expect(ids(topkPart(SPLIT, 0.55, 1))).toEqual(half);
    expect(ids(topkPart(SPLIT, 0.55, 2))).not.toEqual(half);
    expect(ids(topkPart(SPLIT, 1, 1))).toHaveLength(10);
    expect(ids(topkPart(SPLIT, 1, 1))).not.toEqual(ids(SPLIT));
  });

  it("keeps all when not asked", () => {
    expect(topkPart(SPLIT, null, 1)).toBe(SPLIT);
  });
});
