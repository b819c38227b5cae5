import { describe, expect, it } from "vitest";

import { RandomStream } from "../../random.ts";
import { caption, captions, CAPTIONS_PER_SCENE } from "./captions.ts";
import { COLORS, RELATIONS, SHAPES } from "./grammar.ts";
import type { Scene, SceneObject } from "./grammar.ts";
import { randomScene } from "./random-scene.ts";

/** The objects a caption names, in its order. */
function named(text: string, scene: Scene): readonly (SceneObject | undefined)[] {
  const names = new RegExp(`(${COLORS.join("|")}) (${SHAPES.join("|")})`, "g");
  return Array.from(text.matchAll(names), ([, color, shape]) =>
    scene.objects.find((object) => object.color === color && object.shape === shape),
  );
}

/** The captions of the first 50 scenes. */
function someCaptions(): readonly string[] {
  const scenes = Array.from({ length: 50 }, (_, index) => randomScene(1, "train", index));
  return scenes.flatMap((scene, index) => captions(scene, new RandomStream(1, `${index}`)));
}

describe("captions", () => {
  it("come five a scene, varied, and the same for the same stream", () => {
    const texts = someCaptions();
    expect(texts).toHaveLength(50 * CAPTIONS_PER_SCENE);
    expect(someCaptions()).toEqual(texts);
    expect(new Set(texts).size).toBeGreaterThan(100);
    for (const text of texts) expect(text).toMatch(/^(An? |There is an? )[a-z, ]+\.$/);
  });

  it("name every object once and nothing else", () => {
    for (let i = 0; i < 200; i++) {
      const scene = randomScene(2, "train", i);
      const objects = named(caption(scene, new RandomStream(2, `${i}`)), scene);
      expect(objects).toHaveLength(scene.objects.length);
      expect(new Set(objects)).toEqual(new Set(scene.objects));
    }
  });

  it("state relations that hold", () => {
    let checked = 0;
    for (let i = 0; i < 300; i++) {
      const scene = randomScene(3, "train", i);
      const text = caption(scene, new RandomStream(3, `${i}`));
      const relation = Object.values(RELATIONS).find(({ words }) => text.includes(` ${words} `));
      const [a, b] = named(text, scene);
      if (relation === undefined || a === undefined || b === undefined) continue;
      expect(relation.holds(a, b), text).toBe(true);
      checked++;
    }
    expect(checked).toBeGreaterThan(80);
  });
});
