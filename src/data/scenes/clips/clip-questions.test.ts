import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../random.ts";
import { choicesOf } from "./choices.ts";
import type { Clip } from "./clip.ts";
import { recipe, storyCaption } from "./clip-captions.ts";
import { HOW2QA_KINDS, TVQA_KINDS, type ClipQuestionKind } from "./clip-questions.ts";
import { textualClip } from "./textual-clip.ts";
import type { Story } from "./story.ts";

const CLIP: Clip = {
  actors: [
    {
      object: { color: "red", shape: "circle", size: "small", place: "left" },
      change: { kind: "move", direction: "right", to: "right" },
      half: 1,
    },
    {
      object: { color: "blue", shape: "star", size: "large", place: "top" },
      change: { kind: "turn", to: "green" },
      half: 0,
    },
  ],
};
const STORY: Story = { clip: CLIP, names: ["Ann", "Bob"], tellsColor: [true, false] };
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
      "What happens to Bob?": "changes color",
      "Where is Ann at the start?": "left",
      "Where is Ann at the end?": "right",
      "Where is Bob at the start?": "top",
      "Where is Bob at the end?": "top",
      "What color is Bob at the start?": "blue",
      "What color is Bob at the end?": "green",
    });
  });

  it("ask elsewhere which shape does what, and when", () => {
    const found = asked(HOW2QA_KINDS, { ...STORY, names: ["the circle", "the star"] });
    expect(found.get("Where does the circle go?")).toBe("right");
    expect(found.has("Where does the star go?")).toBe(false);
    expect(found.get("Which shape moves right?")).toBe("circle");
    expect(found.get("Which shape turns green?")).toBe("star");
    expect(found.get("Which shape changes first?")).toBe("star");
    expect(found.get("Which shape changes last?")).toBe("circle");
  });

  it("leave out what has no answer, or two", () => {
    const [mover, turner] = CLIP.actors;
    const leaving = { ...turner, change: { kind: "disappear" } } as const;
    const gone = asked(TVQA_KINDS, { ...STORY, clip: { actors: [mover, leaving] } });
    expect(gone.has("Where is Bob at the end?")).toBe(false);
    expect(gone.get("Where is Bob at the start?")).toBe("top");
    const alike = { ...turner, change: { kind: "move", direction: "right", to: "top right" } } as const;
    const both = asked(HOW2QA_KINDS, { ...STORY, clip: { actors: [mover, alike] } });
    expect(both.has("Which shape moves right?")).toBe(false);
    const still = asked(TVQA_KINDS, { ...STORY, clip: { actors: [{ ...mover, change: null }, turner] } });
    expect([...still.keys()].filter((question) => question.startsWith("Where does"))).toEqual([]);
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

describe("a clip in words", () => {
  it("says what can be seen at each moment", () => {
    expect(textualClip(CLIP)).toBe(
      "start red circle left, start blue star top, halfway red circle left, halfway green star top, " +
        "end red circle right, end green star top",
    );
    const [mover, turner] = CLIP.actors;
    const growing: Clip = {
      actors: [
        { ...mover, change: { kind: "grow" } },
        { ...turner, change: { kind: "appear" } },
      ],
    };
    expect(textualClip(growing)).toBe(
      "start small red circle left, halfway small red circle left, halfway blue star top, " +
        "end large red circle left, end blue star top",
    );
  });

  it("comes in any order with a stream, and loses nothing", () => {
    const words = (text: string): string => text.split(/,? /).toSorted().join(" ");
    const texts = Array.from({ length: 20 }, (_, i) => textualClip(CLIP, stream(`${i}`)));
    expect(new Set(texts).size).toBe(20);
    for (const text of texts) expect(words(text)).toBe(words(textualClip(CLIP)));
  });

  it("is told as a story and as a recipe, in the order of the events", () => {
    const told = Array.from({ length: 40 }, (_, i) => storyCaption(STORY, stream(`${i}`)));
    expect(new Set(told)).toEqual(
      new Set([
        "Bob turns green, then Ann moves right.",
        "Bob turns green and then Ann moves right.",
        "First Bob turns green, then Ann moves right.",
      ]),
    );
    expect(recipe(CLIP)).toBe("paint the blue star green, then move the red circle right");
  });
});
