import { describe, expect, it } from "vitest";

import { RandomStream } from "../../random.ts";
import { vqaFiles } from "./annotation-files.ts";
import { annotatorAnswers } from "./annotators.ts";
import type { Scene } from "./grammar.ts";
import { QUESTION_KINDS } from "./question-kinds.ts";
import { BalancedQuestions } from "./questions.ts";

const SCENE: Scene = {
  objects: [
    { color: "red", shape: "circle", size: "large", place: "top left" },
    { color: "blue", shape: "circle", size: "small", place: "top right" },
    { color: "red", shape: "star", size: "small", place: "bottom" },
  ],
};

function asked(kind: string): ReadonlyMap<string, string> {
  const candidates = QUESTION_KINDS[kind]?.candidates(SCENE, new RandomStream(1, "questions")) ?? [];
  return new Map(candidates.map(({ question, answer }) => [question, answer]));
}

describe("questions about a scene", () => {
  it("single an object out by size where its shape is not enough", () => {
    expect(asked("color").get("What color is the large circle?")).toBe("red");
    expect(asked("color").get("What color is the star?")).toBe("red");
    expect(asked("color").has("What color is the circle?")).toBe(false);
    expect(asked("color").get("What color is the object to the right of the red star?")).toBe("blue");
    expect(asked("shape").get("What shape is the blue object?")).toBe("circle");
    expect(asked("size").get("What size is the red circle?")).toBe("large");
    expect(asked("place").get("Where is the star?")).toBe("bottom");
  });

  it("count, and know what is not there", () => {
    expect(asked("count").get("How many objects are there?")).toBe("3");
    expect(asked("count").get("How many circles are there?")).toBe("2");
    expect(asked("count").get("How many crosses are there?")).toBe("0");
    expect(asked("count").get("How many blue objects are there?")).toBe("1");
    expect(asked("exists").get("Is there a red star?")).toBe("yes");
    const absent = [...asked("exists")].filter(([, answer]) => answer === "no");
    for (const [question] of absent) expect(question).not.toMatch(/red (circle|star)|blue circle/);
  });

  it("relate objects only where nobody could argue", () => {
    expect(asked("related").get("Is the red circle to the left of the blue circle?")).toBe("yes");
    expect(asked("related").get("Is the red star above the blue circle?")).toBe("no");
    expect(asked("related").has("Is the red circle above the blue circle?")).toBe(false);
    expect(asked("relative").get("What is below the blue circle?")).toBe("red star");
    expect(asked("relative").has("What is above the red star?")).toBe(false);
  });

  it("fit the original's 20 tokens of input, and name their type", () => {
    const balanced = new BalancedQuestions(QUESTION_KINDS);
    const stream = new RandomStream(4, "questions");
    for (const { question, kind } of balanced.ask(SCENE, 8, stream)) {
      expect(question.toLowerCase().startsWith(kind.type)).toBe(true);
      expect(question.split(" ").length).toBeLessThanOrEqual(13);
    }
  });
});

describe("a split's questions", () => {
  const plan = { seed: 1, split: "valid", scenes: 800, questionsPerScene: 4 } as const;
  const { annotations } = vqaFiles(plan).annotations;
  const byType = new Map<string, (typeof annotations)[number][]>();
  for (const annotation of annotations) {
    byType.set(annotation.question_type, [...(byType.get(annotation.question_type) ?? []), annotation]);
  }

  it("come out evenly over the kinds and their answers", () => {
    expect(annotations).toHaveLength(3200);
    for (const { type } of Object.values(QUESTION_KINDS)) {
      expect(Math.abs((byType.get(type)?.length ?? 0) - 400)).toBeLessThan(4);
    }
    const yes = byType.get("is the")?.filter((annotation) => annotation.multiple_choice_answer === "yes");
    expect(Math.abs((yes?.length ?? 0) - 200)).toBeLessThan(10);
  });

  it("can hardly be answered without the picture: the best constant answer of each type scores below 45 %", () => {
    let total = 0;
    for (const group of byType.values()) {
      const answers = new Set(group.flatMap((annotation) => annotation.answers.map(({ answer }) => answer)));
      const scores = Array.from(answers, (constant) =>
        group.reduce((sum, annotation) => sum + accuracy(constant, annotation.answers), 0),
      );
      total += Math.max(...scores);
    }
    expect(total / annotations.length).toBeLessThan(0.45);
    expect(total / annotations.length).toBeGreaterThan(0.2);
  });
});

/** VQA accuracy of one answer among ten: 0, 0.3, 0.6, 0.9 or 1. */
function accuracy(answer: string, answers: readonly { readonly answer: string }[]): number {
  return Math.min(1, 0.3 * answers.filter((other) => other.answer === answer).length);
}

describe("questions whose possible answers are known", () => {
  /** Whether it rains; it nearly always does. */
  const rain = {
    weather: {
      candidates: (rains: boolean) => [
        { question: "Does it rain?", answer: rains ? "yes" : "no", possible: ["yes", "no"] },
      ],
    },
    always: { candidates: () => [{ question: "What else?", answer: "nothing" }] },
  };

  it("are left out where their answer was given often enough, unless there would be none", () => {
    const stream = new RandomStream(6, "rain");
    const [both, alone] = [new BalancedQuestions(rain), new BalancedQuestions({ weather: rain.weather })];
    const days = Array.from({ length: 100 }, (_, day) => day % 10 !== 9);
    const answers = days.flatMap((rains) => both.ask(rains, 2, stream).map(({ answer }) => answer));
    expect(answers.filter((answer) => answer === "nothing")).toHaveLength(100);
    const [yes, no] = ["yes", "no"].map((answer) => answers.filter((other) => other === answer).length);
    expect(no).toBe(10);
    expect(yes).toBeGreaterThan(10);
    expect(yes).toBeLessThan(15);
    expect(days.map((rains) => alone.ask(rains, 2, stream).length)).toEqual(days.map(() => 1));
  });
});

describe("annotators", () => {
  it("mostly agree, and earn every soft score for other answers", () => {
    const scores = new Set<number>();
    let agreeing = 0;
    for (let i = 0; i < 300; i++) {
      const answers = annotatorAnswers("small", new RandomStream(1, `annotators ${i}`));
      expect(answers.map(({ answer_id }) => answer_id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(accuracy("small", answers)).toBe(1);
      agreeing += answers.filter(({ answer }) => answer === "small").length;
      scores.add(Math.round(10 * accuracy("little", answers)));
    }
    expect(agreeing / 3000).toBeGreaterThan(0.8);
    expect(agreeing / 3000).toBeLessThan(0.97);
    expect([...scores].toSorted((a, b) => a - b)).toEqual([0, 3, 6, 9, 10]);
  });

  it.each(["yes", "3", "red circle", "top left", "purple"])("know another answer than %s", (right) => {
    const answers = Array.from({ length: 40 }, (_, i) =>
      annotatorAnswers(right, new RandomStream(2, `${i}`)),
    ).flat();
    expect(new Set(answers.map(({ answer }) => answer)).size).toBeGreaterThan(1);
    expect(new Set(answers.map((answer) => answer.answer_confidence))).toEqual(
      new Set(["yes", "maybe", "no"]),
    );
  });
});
