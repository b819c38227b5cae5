import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { VlPetError } from "../error.ts";
import { vqaAccuracy, type VqaQuestion } from "./vqa-accuracy.ts";

function question(answers: readonly string[], parts: Partial<VqaQuestion> = {}): VqaQuestion {
  return { questionId: 1, questionType: "what", answerType: "other", answers, ...parts };
}

const times = (count: number, answer: string): string[] => Array.from({ length: count }, () => answer);
const others = (count: number): string[] => Array.from({ length: count }, (_, i) => `other ${i}`);

function overall(prediction: string, answers: readonly string[], evaluator: "official" | "vlpet"): number {
  return vqaAccuracy([question(answers)], new Map([[1, prediction]]), { evaluator }).overall;
}

describe("vqaAccuracy", () => {
  it.each([
    ["net", [...times(8, "net"), "netting", "mesh"], 100, 100],
    ["2", times(10, "two"), 0, 0],
    ["two", times(10, "2"), 100, 0],
    ["1000", times(10, "1,000"), 0, 0],
    ["1000", [...times(9, "1,000"), "1000"], 100, 100],
    ["red white", [...times(5, "red/white"), ...times(5, "red")], 100, 100],
    ["the net", times(10, "net"), 100, 0],
    ["Two", [...times(9, "two"), "2"], 30, 100],
    ["no", [...times(4, "No"), ...times(3, "no"), ...others(3)], 90, 100],
    ["\tnet\n", times(10, "net"), 100, 100],
  ])("scores %j against %j", (prediction, answers, vlpet, official) => {
    expect(overall(prediction, answers, "vlpet")).toBe(vlpet);
    expect(overall(prediction, answers, "official")).toBe(official);
  });

  it("gives 0, 30, 60, 90, 100 for 0, 1, 2, 3, 4 and more agreeing answers", () => {
    const scores = Array.from({ length: 11 }, (_, k) =>
      overall("x", [...times(k, "x"), ...others(10 - k)], "vlpet"),
    );
    expect(scores).toEqual([0, 30, 60, 90, 100, 100, 100, 100, 100, 100, 100]);
  });

  it("groups by question type and answer type", () => {
    const questions = [
      question(times(10, "a dog"), { questionId: 1, questionType: "what" }),
      question(times(10, "yes"), { questionId: 2, questionType: "is", answerType: "yes/no" }),
      question([...times(2, "yes"), ...times(8, "no")], {
        questionId: 3,
        questionType: "is",
        answerType: "yes/no",
      }),
    ];
    const predictions = new Map([
      [1, "cat"],
      [2, "yes"],
      [3, "yes"],
    ]);
    expect(vqaAccuracy(questions, predictions, { evaluator: "vlpet" })).toEqual({
      overall: 53.33,
      perQuestionType: { what: 0, is: 80 },
      perAnswerType: { other: 0, "yes/no": 80 },
      perQuestion: new Map([
        [1, 0],
        [2, 100],
        [3, 60],
      ]),
    });
  });

  it("scores only one side of the answer list when asked, and questions that do not say on both", () => {
    const questions = [
      question(times(10, "a"), { questionId: 1, isTopkOptimal: true }),
      question(times(10, "b"), { questionId: 2, isTopkOptimal: false }),
      question(times(10, "c"), { questionId: 3 }),
    ];
    const predictions = new Map([1, 2, 3].map((id) => [id, "c"]));
    const scored = (topkOptimal: boolean) => [
      ...vqaAccuracy(questions, predictions, { evaluator: "vlpet", topkOptimal }).perQuestion.keys(),
    ];
    expect(scored(true)).toEqual([1, 3]);
    expect(scored(false)).toEqual([2, 3]);
  });

  it("is 0 without predictions", () => {
    expect(vqaAccuracy([question(["a"])], new Map(), { evaluator: "vlpet" })).toEqual({
      overall: 0,
      perQuestionType: {},
      perAnswerType: {},
      perQuestion: new Map(),
    });
  });

  it("leaves the annotations as they are", () => {
    const answers = [...times(9, "red/white"), "red"];
    overall("red", answers, "vlpet");
    expect(answers[0]).toBe("red/white");
  });

  it("refuses unknown, unanswerable and, officially, unanswered questions", () => {
    const annotated = [question(times(10, "a"))];
    const run = (predictions: Map<number, string>, questions = annotated) => {
      return () => vqaAccuracy(questions, predictions, { evaluator: "official" });
    };
    expect(run(new Map([[7, "a"]]))).toThrow(
      /question 7: a prediction answers a question that has no annotation/,
    );
    expect(run(new Map())).toThrow(/questions 1: the official evaluator scores every question/);
    expect(run(new Map([[1, "a"]]), [question([])])).toThrow(VlPetError);
  });
});

const FIXTURES = "../shared/fixtures/vqa";
const read = (name: string): unknown => JSON.parse(readFileSync(`${FIXTURES}/${name}`, "utf8"));

interface Expected {
  readonly accuracy: {
    readonly overall: number;
    readonly perQuestionType: Record<string, number>;
    readonly perAnswerType: Record<string, number>;
  };
  readonly evalQA: Record<string, number>;
}

describe.skipIf(!existsSync(FIXTURES))(
  "VQA v2 annotators against each other (needs the shared fixtures)",
  () => {
    it.each(["official", "vlpet"] as const)("gives every number of the %s evaluator", (evaluator) => {
      const { annotations } = read("v2_mscoco_train2014_annotations_subset.json") as {
        annotations: {
          question_id: number;
          question_type: string;
          answer_type: string;
          answers: { answer: string }[];
        }[];
      };
      const questions = annotations.map((annotation) =>
        question(
          annotation.answers.map(({ answer }) => answer),
          {
            questionId: annotation.question_id,
            questionType: annotation.question_type,
            answerType: annotation.answer_type,
          },
        ),
      );
      const results = read("results_human.json") as { question_id: number; answer: string }[];
      const expected = (read("expected.json") as { human: Record<string, Expected> }).human[evaluator];
      const predictions = new Map(results.map(({ question_id: id, answer }) => [id, answer]));
      const { perQuestion, ...accuracy } = vqaAccuracy(questions, predictions, { evaluator });
      expect(predictions.size).toBe(693);
      expect(accuracy).toEqual(expected?.accuracy);
      expect(Object.fromEntries(perQuestion)).toEqual(expected?.evalQA);
    });
  },
);
