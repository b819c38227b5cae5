import { describe, expect, it } from "vitest";
import { isTrainingSplit, karpathySplit } from "./task-source.ts";

describe("isTrainingSplit", () => {
  it.each(["train", "karpathy_train", "train_release"])("%s is one", (split) => {
    expect(isTrainingSplit(split)).toBe(true);
  });

  it.each(["valid", "test", "karpathy_val", "test_release", "restrained"])("%s is none", (split) => {
    expect(isTrainingSplit(split)).toBe(false);
  });
});

describe("karpathySplit", () => {
  it.each([
    ["karpathy_train", "train"],
    ["karpathy_val", "val"],
    ["valid", "val"],
    ["validation", "val"],
    ["test", "test"],
  ])("%s is %s", (split, name) => {
    expect(karpathySplit(split)).toBe(name);
  });
});
