import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../random.ts";
import { choicesOf } from "./choices.ts";
import type { Actor, Clip } from "./clip.ts";
import { recipe, storyCaption } from "./clip-captions.ts";
import { HOW2QA_KINDS, TVQA_KINDS, type ClipQuestionKind } from "./clip-questions.ts";
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
const still = (actor: Actor): Actor => ({ ...actor, change: null });
const MOVING: Clip = { actors: [MOVER, still(TURNER)], half: 1 };
const TURNING: Clip = { actors: [still(MOVER), TURNER], half: 0 };

const STORY: Story = { clip: MOVING, names: ["Ann", "Bob"], tellsColor: [true, false] };
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
      "Where is Ann at the start?": "left",
      "Where is Ann at the end?": "right",
      "Where is Bob at the start?": "top",
      "Where is Bob at the end?": "top",
      "What color is Bob at the start?": "blue",
      "What color is Bob at the end?": "blue",
    });
    const turning = asked(TVQA_KINDS, { ...STORY, clip: TURNING });
    expect(turning.get("What happens to Bob?")).toBe("changes color");
    expect(turning.get("What color is Bob at the end?")).toBe("green");
    expect([...turning.keys()].filter((question) => question.startsWith("Where does"))).toEqual([]);
  });

  it("ask elsewhere which shape does what", () => {
    const names = ["the circle", "the star"] as const;
    const found = asked(HOW2QA_KINDS, { ...STORY, names });
    expect(found.get("Where does the circle go?")).toBe("right");
    expect(found.has("Where does the star go?")).toBe(false);
    expect(found.get("Which shape moves right?")).toBe("circle");
    const turning = asked(HOW2QA_KINDS, { ...STORY, names, clip: TURNING });
    expect(turning.get("Which shape turns green?")).toBe("star");
  });

  it("leave out what cannot be seen", () => {
    const leaving: Actor = { ...TURNER, change: { kind: "disappear" } };
    const gone = asked(TVQA_KINDS, { ...STORY, clip: { actors: [still(MOVER), leaving], half: 0 } });
    expect(gone.has("Where is Bob at the end?")).toBe(false);
    expect(gone.get("Where is Bob at the start?")).toBe("top");
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
  it("says what can be seen at each moment", () => {
    expect(textualClip(MOVING)).toBe(
      "start red circle left, start blue star top, end red circle right, end blue star top",
    );
    const growing: Clip = { actors: [{ ...MOVER, change: { kind: "grow" } }, still(TURNER)], half: 0 };
    expect(textualClip(growing)).toBe(
      "start small red circle left, start blue star top, end large red circle left, end blue star top",
    );
    const appearing: Clip = { actors: [{ ...MOVER, change: { kind: "appear" } }, still(TURNER)], half: 0 };
    expect(textualClip(appearing)).toBe("start blue star top, end red circle left, end blue star top");
  });

  it("comes in any order with a stream, and loses nothing", () => {
    const texts = Array.from({ length: 20 }, (_, i) => textualClip(MOVING, stream(`${i}`)));
    expect(new Set(texts).size).toBeGreaterThan(10);
    for (const text of texts) expect(sorted(text)).toEqual(sorted(textualClip(MOVING)));
  });

  it("is told as a story and as a recipe", () => {
    const told = Array.from({ length: 40 }, (_, i) => storyCaption(STORY, stream(`${i}`)));
    expect(new Set(told)).toEqual(new Set(["Ann moves right.", "Ann moves right and Bob stays."]));
    expect(recipe(MOVING)).toBe("move the red circle right");
    expect(recipe(TURNING)).toBe("paint the blue star green");
  });
});
