import { describe, expect, it } from "vitest";

import { RandomStream } from "../../random.ts";
import type { Scene, SceneObject } from "./grammar.ts";
import { textualPair, textualScene } from "./textual-scene.ts";

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

describe("textualPair", () => {
  it("says of each object which picture it is in, in any order with a stream", () => {
    const [a, b] = SCENE.objects.map((object): Scene => ({ objects: [object] }));
    const pair = [a ?? SCENE, b ?? SCENE] as const;
    const [first, second] = ["first large red circle top left", "second small blue square bottom"];
    expect(textualPair(pair)).toBe(`${first}, ${second}`);
    const texts = Array.from({ length: 20 }, (_, i) => textualPair(pair, new RandomStream(1, `${i}`)));
    expect(new Set(texts)).toEqual(new Set([`${first}, ${second}`, `${second}, ${first}`]));
  });
});
