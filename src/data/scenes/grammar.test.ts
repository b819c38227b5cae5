import { describe, expect, it } from "vitest";

import { nounPhrase, placePhrase, plural, RELATIONS, sceneKey, select, withArticle } from "./grammar.ts";
import type { Scene } from "./grammar.ts";

const CIRCLE = { color: "red", shape: "circle", size: "large", place: "top left" } as const;
const STAR = { color: "orange", shape: "star", size: "small", place: "top right" } as const;
const CROSS = { color: "red", shape: "cross", size: "small", place: "bottom" } as const;
const SCENE: Scene = { objects: [CIRCLE, STAR, CROSS] };

describe("select", () => {
  it("matches every property given", () => {
    expect(select(SCENE, {})).toEqual([CIRCLE, STAR, CROSS]);
    expect(select(SCENE, { color: "red" })).toEqual([CIRCLE, CROSS]);
    expect(select(SCENE, { color: "red", size: "small" })).toEqual([CROSS]);
    expect(select(SCENE, { place: "middle" })).toEqual([]);
  });

  it("follows relations, also nested ones", () => {
    expect(select(SCENE, { relation: { name: "left", to: { shape: "star" } } })).toEqual([CIRCLE, CROSS]);
    const aboveCross = { relation: { name: "above", to: { shape: "cross" } } } as const;
    expect(select(SCENE, aboveCross)).toEqual([CIRCLE, STAR]);
    expect(select(SCENE, { relation: { name: "right", to: aboveCross } })).toEqual([STAR, CROSS]);
  });
});

describe("relations", () => {
  it("hold along one axis and turn round with their inverse", () => {
    expect(RELATIONS.left.holds(CIRCLE, STAR)).toBe(true);
    expect(RELATIONS.above.holds(CIRCLE, STAR)).toBe(false);
    for (const { holds, inverse } of Object.values(RELATIONS)) {
      for (const a of SCENE.objects) {
        for (const b of SCENE.objects) expect(RELATIONS[inverse].holds(b, a)).toBe(holds(a, b));
      }
    }
  });
});

describe("phrases", () => {
  it("name what a selector picks out", () => {
    expect(nounPhrase({ color: "red" })).toBe("red object");
    const to = { color: "blue", shape: "square" } as const;
    expect(nounPhrase({ size: "large", shape: "star", relation: { name: "left", to } })).toBe(
      "large star to the left of the blue square",
    );
    expect(withArticle("orange star")).toBe("an orange star");
    expect(withArticle("large star")).toBe("a large star");
    expect([placePhrase("left"), placePhrase("top left"), placePhrase("middle")]).toEqual([
      "on the left",
      "at the top left",
      "in the middle",
    ]);
    expect([plural("cross"), plural("star")]).toEqual(["crosses", "stars"]);
  });

  it("give equal scenes equal keys, whatever the order of the objects", () => {
    expect(sceneKey({ objects: [CROSS, STAR, CIRCLE] })).toBe(sceneKey(SCENE));
    expect(sceneKey({ objects: [CIRCLE, STAR] })).not.toBe(sceneKey(SCENE));
  });
});
