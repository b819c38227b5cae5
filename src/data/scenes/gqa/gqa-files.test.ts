import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../random.ts";
import type { Scene } from "../grammar.ts";
import { COMPOSITIONAL_KINDS } from "./compositional-kinds.ts";
import { gqaFiles } from "./gqa-files.ts";

const SCENE: Scene = {
  objects: [
    { color: "red", shape: "circle", size: "large", place: "top left" },
    { color: "blue", shape: "square", size: "small", place: "top right" },
    { color: "red", shape: "star", size: "small", place: "bottom" },
  ],
};

/** Everything a kind asks about the scene over many draws. */
function asked(kind: string): ReadonlyMap<string, string> {
  const draws = Array.from({ length: 60 }, (_, i) =>
    COMPOSITIONAL_KINDS[kind]?.candidates(SCENE, new RandomStream(1, `${i}`)),
  );
  return new Map(draws.flatMap((found) => (found ?? []).map(({ question, answer }) => [question, answer])));
}

describe("compositional questions", () => {
  it.each([
    ["colorRelate", "What color is the small object above the star?", "blue"],
    ["shapeRelate", "What shape is the red object below the square?", "star"],
    ["existRelate", "Is there a red object to the left of the square?", "yes"],
    ["existRelate", "Is there a blue object below the circle?", "no"],
    ["verifyRelated", "Is the object to the left of the star large?", "yes"],
    ["existBoth", "Is there a red object and a star?", "yes"],
    ["existBoth", "Is there a blue object and a cross?", "no"],
    ["existEither", "Is there a blue object or a cross?", "yes"],
    ["verifyBoth", "Is the star small and red?", "yes"],
    ["same", "Do the circle and the star have the same color?", "yes"],
    ["same", "Do the circle and the square have the same size?", "no"],
    ["chooseProperty", "Is the blue object a circle or a square?", "square"],
    ["chooseProperty", "Is the star large or small?", "small"],
    ["chooseRelation", "Is the square to the left or to the right of the star?", "right"],
    ["chooseRelation", "Is the circle above or below the star?", "above"],
    ["chooseObject", "Which is larger, the square or the circle?", "circle"],
    ["chooseObject", "Which is lower, the star or the square?", "star"],
  ])("%s: %s %s", (kind, question, answer) => {
    expect(asked(kind).get(question)).toBe(answer);
  });

  it("compare and choose only where nobody could argue", () => {
    expect(asked("chooseRelation").has("Is the circle above or below the square?")).toBe(false);
    expect(asked("chooseObject").has("Which is smaller, the square or the star?")).toBe(false);
    expect(asked("chooseProperty").has("Is the red object a circle or a star?")).toBe(false);
    const shapes = [...asked("same").keys()].filter((question) => question.endsWith("same shape?"));
    for (const question of shapes) expect(question).not.toContain("red");
  });
});

describe("a split's questions in GQA's forms", () => {
  const { questions, list } = gqaFiles({ seed: 1, split: "valid", scenes: 600, questionsPerScene: 4 });
  const records = Object.values(questions);

  it("hold the same questions, once as an object and once as a list", () => {
    expect(list).toHaveLength(2400);
    expect(new Set(list.map(({ question_id }) => question_id)).size).toBe(2400);
    for (const { question_id, img_id, sent, label } of list.slice(0, 50)) {
      const record = questions[question_id];
      expect(record).toMatchObject({ question: sent, imageId: img_id, isBalanced: true });
      expect(label).toEqual({ [record?.answer ?? ""]: 1 });
      expect(img_id).toMatch(/^scenes_valid_0000\d{8}$/);
    }
  });

  it("are of every kind, and can hardly be answered without the picture: the best constant answer of each kind is right below 45 %", () => {
    let total = 0;
    for (const kind of Object.keys(COMPOSITIONAL_KINDS)) {
      const group = records.filter(({ types }) => types.detailed === kind);
      expect(Math.abs(group.length - 2400 / 11), kind).toBeLessThan(8);
      const counts = new Map<string, number>();
      for (const { answer } of group) counts.set(answer, (counts.get(answer) ?? 0) + 1);
      const best = Math.max(...counts.values());
      expect(best / group.length, kind).toBeLessThan(0.58);
      total += best;
    }
    expect(total / records.length).toBeLessThan(0.45);
  });

  it("fit the original's 20 tokens: markers, two of prompt, and 16 words", () => {
    const words = records.map(({ question }) => question.match(/[a-z]+|[,?]/gi)?.length ?? 0);
    expect(Math.max(...words)).toBeLessThanOrEqual(16);
  });
});
