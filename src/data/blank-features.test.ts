import { describe, expect, it } from "vitest";
import { blankFeatures } from "./blank-features.ts";
import type { FeatureSource } from "./feature-source.ts";

const BOXES = Float32Array.of(0, 0, 1, 1);
const SOURCE: FeatureSource = {
  describe: "one picture",
  read: (id) =>
    id === "a"
      ? Promise.resolve({ rows: 1, width: 2, values: Float32Array.of(3, 4), boxes: BOXES })
      : Promise.reject(new Error(`no ${id}`)),
  missing: (ids) => Promise.resolve([...ids].filter((id) => id !== "a")),
  close: () => Promise.resolve(),
};

describe("blankFeatures", () => {
  it("shows nothing but where there would be something, and leaves the source as it is", async () => {
    const blank = blankFeatures(SOURCE);
    expect(await blank.read("a")).toEqual({ rows: 1, width: 2, values: new Float32Array(2), boxes: BOXES });
    expect((await SOURCE.read("a")).values).toEqual(Float32Array.of(3, 4));
    expect(blank.describe).toBe("one picture, blanked out");
  });

  it("misses what the source misses", async () => {
    expect(await blankFeatures(SOURCE).missing(["a", "b"])).toEqual(["b"]);
    await expect(blankFeatures(SOURCE).read("b")).rejects.toThrow("no b");
  });
});
