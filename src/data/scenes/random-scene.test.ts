import { describe, expect, it } from "vitest";

import { sceneKey } from "./grammar.ts";
import type { Scene } from "./grammar.ts";
import { randomScene, SCENE_SPLITS } from "./random-scene.ts";
import type { SceneSplit } from "./random-scene.ts";

const scenes = (split: SceneSplit, count: number, seed = 1): readonly Scene[] =>
  Array.from({ length: count }, (_, index) => randomScene(seed, split, index));

describe("randomScene", () => {
  it("is a function of seed, split and index", () => {
    expect(scenes("train", 20)).toEqual(scenes("train", 20));
    expect(scenes("train", 20)).not.toEqual(scenes("train", 20, 2));
  });

  it("draws one, two and three objects equally often", () => {
    const counts = [0, 0, 0, 0];
    for (const { objects } of scenes("train", 1500))
      counts[objects.length] = (counts[objects.length] ?? 0) + 1;
    expect(counts[0]).toBe(0);
    for (const count of counts.slice(1)) expect(Math.abs(count - 500)).toBeLessThan(80);
  });

  it("puts objects in places of their own, in reading order, no two alike", () => {
    for (const { objects } of scenes("valid", 300)) {
      expect(new Set(objects.map(({ place }) => place)).size).toBe(objects.length);
      expect(new Set(objects.map(({ color, shape }) => color + shape)).size).toBe(objects.length);
    }
    const first = randomScene(1, "train", 0);
    expect(sceneKey(first)).toBe(sceneKey({ objects: first.objects.toReversed() }));
  });

  it("gives no split a scene of another, whatever the seeds", () => {
    const keys = SCENE_SPLITS.map((split, i) => new Set(scenes(split, 2000, 5 + i).map(sceneKey)));
    for (const [i, mine] of keys.entries()) {
      for (const others of keys.slice(i + 1)) expect([...mine].filter((key) => others.has(key))).toEqual([]);
    }
  });
});
