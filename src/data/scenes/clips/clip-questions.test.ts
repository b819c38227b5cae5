import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../random.ts";
import { choicesOf } from "./choices.ts";
import type { Actor, Clip } from "./clip.ts";
import { recipe, storyCaption } from "./clip-captions.ts";
import { HOW2QA_KINDS, TVQA_KINDS, type ClipQuestionKind } from "./clip-questions.ts";
import { shotSpan } from "./clip-plan.ts";
import { textualClip } from "./textual-clip.ts";
import type { Story } from "./story.ts";

const MOVER: Actor = {
  object: { color: "red", shape: "circle", size: "small", place: "left" },
  change: { kind: "move", direction: "right", to: "right" },
};
const TURNER: Actor = {
  object: { color: "blue", shape: "star", size: "large", place: "top" },
  change: { kind: "turn", to: "green" },
};
const STAYER: Actor = { ...TURNER, change: null };
const MOVING: Clip = { actors: [MOVER, STAYER] };
const BOTH: Clip = { actors: [MOVER, TURNER] };

const TELLS_SHAPE = { color: false, shape: true };
const TELLS_COLOR = { color: true, shape: false };

/** A story of Ann, of whom the words tell the color, and Bob, of whom they tell the shape; or of others. */
function storyOf(clip: Clip, names = ["Ann", "Bob"], tells = [TELLS_COLOR, TELLS_SHAPE]): Story {
  const roles = clip.actors.map((actor, i) => ({
    actor,
    name: names[i] ?? "",
    tells: tells[i] ?? TELLS_SHAPE,
  }));
  return { clip, roles };
}

/** A story in which the two are called by their shapes. */
function plain(clip: Clip): Story {
  return storyOf(clip, ["the circle", "the star"], [TELLS_SHAPE, TELLS_SHAPE]);
}

const STORY = storyOf(MOVING);
const stream = (name = "x"): RandomStream => new RandomStream(1, name);

function asked(
  kinds: Readonly<Record<string, ClipQuestionKind>>,
  story = STORY,
): ReadonlyMap<string, string> {
  const all = Object.values(kinds).flatMap((kind) => kind.candidates(story, stream()));
  for (const { answer, possible, near } of all) {
    expect(possible).toContain(answer);
    expect(possible).toEqual(expect.arrayContaining([...near]));
  }
  return new Map(all.map(({ question, answer }) => [question, answer]));
}

describe("questions about a clip", () => {
  it("ask of people in shows what only the clip tells", () => {
    expect(Object.fromEntries(asked(TVQA_KINDS))).toEqual({
      "Where does Ann go?": "right",
      "Where does Bob go?": "nowhere",
      "What happens to Ann?": "moves",
      "What happens to Bob?": "nothing",
      "What shape is Ann?": "circle",
      "Where is Ann at the start?": "left",
      "Where is Ann at the end?": "right",
      "Where is Bob at the start?": "top",
      "Where is Bob at the end?": "top",
      "What color is Bob at the start?": "blue",
      "What color is Bob at the end?": "blue",
    });
    const turning = asked(TVQA_KINDS, storyOf(BOTH));
    expect(turning.get("What happens to Bob?")).toBe("changes color");
    expect(turning.get("What color is Bob at the end?")).toBe("green");
  });

  it("ask elsewhere which shape does what, where only one does", () => {
    const found = asked(HOW2QA_KINDS, plain(MOVING));
    expect(found.get("Where does the circle go?")).toBe("right");
    expect(found.has("Where does the star go?")).toBe(false);
    expect(found.has("What happens to the star?")).toBe(false);
    expect(found.get("Which shape moves right?")).toBe("circle");
    expect(asked(HOW2QA_KINDS, plain(BOTH)).get("Which shape turns green?")).toBe("star");
    const growing = [MOVER, STAYER].map(({ object }): Actor => ({ object, change: { kind: "grow" } }));
    expect(asked(HOW2QA_KINDS, plain({ actors: growing })).has("Which shape grows?")).toBe(false);
  });

  it("come with the shot and the moment that they are about", () => {
    const places = TVQA_KINDS["where"]?.candidates(STORY, stream()) ?? [];
    expect(places.map(({ shot, moment }) => [shot, moment])).toEqual([
      [0, "start"],
      [0, "end"],
      [1, "start"],
      [1, "end"],
    ]);
    const spans = places.map((place) => shotSpan(STORY.clip, 16, place));
    expect(spans).toEqual([
      [0, 3],
      [5, 8],
      [8, 11],
      [13, 16],
    ]);
    expect(shotSpan(STORY.clip, 16, { shot: 1, moment: null })).toEqual([10, 14]);
    expect(shotSpan(STORY.clip, 16.5, "all")).toEqual([0, 16]);
  });
});

describe("choicesOf", () => {
  it("lists the right answer among near and other ones, in the order of what is possible", () => {
    const possible = ["a", "b", "c", "d", "e", "f"];
    const seen = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const { choices, index } = choicesOf({ answer: "d", possible, near: ["a", "d"] }, 3, stream(`${i}`));
      expect(choices).toHaveLength(3);
      expect(choices[index]).toBe("d");
      expect(choices).toContain("a");
      expect(choices.toSorted()).toEqual(choices);
      seen.add(choices.join(""));
    }
    expect(seen.size).toBe(4);
  });
});

const sorted = (text: string): readonly string[] => text.split(", ").toSorted();

describe("a clip in words", () => {
  it("says what can be seen at each moment of each shot", () => {
    expect(textualClip(BOTH)).toBe(
      "start small red circle left, end small red circle right, start large blue star top, end large green star top",
    );
  });

  it("comes in any order with a stream, and loses nothing", () => {
    const texts = Array.from({ length: 20 }, (_, i) => textualClip(MOVING, stream(`${i}`)));
    expect(new Set(texts).size).toBeGreaterThan(10);
    for (const text of texts) expect(sorted(text)).toEqual(sorted(textualClip(MOVING)));
  });

  it("is told as a story and as a recipe", () => {
    const told = Array.from({ length: 40 }, (_, i) => storyCaption(STORY, stream(`${i}`)));
    expect(new Set(told)).toEqual(
      new Set(["Ann moves right, then Bob stays.", "Ann moves right and Bob stays."]),
    );
    expect(recipe(MOVING)).toBe("move the red circle right");
    expect(recipe(BOTH)).toBe("move the red circle right, then paint the blue star green");
  });
});
