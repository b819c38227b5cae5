import { describe, expect, it } from "vitest";
import { nearest } from "./nearest.ts";

describe("nearest", () => {
  it.each([
    ["lerningRate", "learningRate"],
    ["LEARNINGRATE", "learningRate"],
    ["epoch", "epochs"],
    ["sed", "seed"],
    ["somethingElse", null],
    ["", null],
  ])("of %j is %j", (name, wanted) => {
    expect(nearest(name, ["learningRate", "epochs", "seed", "clip"])).toBe(wanted);
  });
});
