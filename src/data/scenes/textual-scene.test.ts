import { describe, expect, it } from "vitest";

import { RandomStream } from "../../random.ts";
import type { Scene, SceneObject } from "./grammar.ts";
import { randomScene } from "./random-scene.ts";
import { scatteredScene, textualScene } from "./textual-scene.ts";

const SCENE: Scene = {
  objects: [
    { color: "red", shape: "circle", size: "large", place: "top left" },
    { color: "blue", shape: "square", size: "small", place: "bottom" },
  ],
};

/** A mention's words, in alphabetical order. */
const words = (mention: string): string => mention.split(" ").toSorted().join(" ");
const fullMention = ({ size, color, shape, place }: SceneObject): string =>
  words(`${size} ${color} ${shape} ${place}`);

function isMention(mention: string, object: SceneObject): boolean {
  const known = new Set(fullMention(object).split(" "));
  return mention.includes(object.place) && mention.split(" ").every((word) => known.has(word));
}

describe("textualScene", () => {
  it("lists the objects in reading order", () => {
    expect(textualScene(SCENE)).toBe("large red circle top left, small blue square bottom");
  });

  it("shuffles objects and words with a stream, and loses none", () => {
    const texts = Array.from({ length: 20 }, (_, i) => textualScene(SCENE, new RandomStream(1, `${i}`)));
    expect(new Set(texts).size).toBeGreaterThan(15);
    for (const text of texts) {
      const mentions = text.split(", ").map(words).toSorted();
      expect(mentions).toEqual(SCENE.objects.map(fullMention).toSorted());
    }
  });
});

describe("scatteredScene", () => {
  it("mentions every object in full, and in parts that are true and placed", () => {
    let mentioned = 0;
    for (let i = 0; i < 200; i++) {
      const scene = randomScene(1, "train", i);
      const mentions = scatteredScene(scene, new RandomStream(2, `${i}`)).split(", ");
      mentioned += mentions.length - scene.objects.length;
      for (const object of scene.objects) expect(mentions.map(words)).toContain(fullMention(object));
      for (const mention of mentions) {
        expect(scene.objects.some((object) => isMention(mention, object))).toBe(true);
      }
    }
    expect(mentioned).toBeGreaterThan(400);
  });

  it("is the same for the same stream", () => {
    const draw = new RandomStream(3, "scattered");
    expect(scatteredScene(SCENE, draw)).toBe(scatteredScene(SCENE, new RandomStream(3, "scattered")));
    expect(scatteredScene(SCENE, draw)).not.toBe(scatteredScene(SCENE, new RandomStream(3, "scattered")));
  });
});
