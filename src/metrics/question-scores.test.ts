import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { VlPetError } from "../error.ts";
import { choiceAccuracy } from "./choice-accuracy.ts";
import { exactMatch, gqaAccuracy, type GqaQuestion } from "./exact-match.ts";
import { labelScore } from "./label-score.ts";
import { nlvr2Scores } from "./nlvr2.ts";
import { roundPercent } from "./round-percent.ts";
import { splitBlanks, stripBlanks } from "./white-space.ts";

describe("labelScore", () => {
  it("averages the label's score of the very string", () => {
    const label = { net: 1, "a net": 0.3 };
    const items = ["net", "a net", "Net", "toString"].map((prediction) => ({ prediction, label }));
    expect(labelScore(items)).toBe(1.3 / 4);
    expect(labelScore([])).toBe(0);
  });
});

const gqa = (questionId: string, answer: string, parts: Partial<GqaQuestion> = {}): GqaQuestion => ({
  questionId,
  answer,
  structuralType: "query",
  semanticType: "obj",
  globalGroup: null,
  ...parts,
});

describe("exactMatch and gqaAccuracy", () => {
  it("compares strings as they are", () => {
    expect(exactMatch(["yes", "Yes", "left "], ["yes", "yes", "left"])).toBe(1 / 3);
    expect(exactMatch([], [])).toBe(0);
    expect(() => exactMatch(["yes"], [])).toThrow(VlPetError);
  });

  it("breaks down by type and measures the distance of answer counts within groups", () => {
    const questions = [
      gqa("1", "yes", { structuralType: "verify", semanticType: "attr" }),
      gqa("2", "red", { globalGroup: "color" }),
      gqa("3", "red", { globalGroup: "color" }),
      gqa("4", "blue", { globalGroup: "color" }),
    ];
    const predictions = new Map([
      ["1", "yes"],
      ["2", "red"],
      ["3", "blue"],
      ["4", "green"],
    ]);
    const third = expect.closeTo(100 / 3, 12) as number;
    expect(gqaAccuracy(questions, predictions)).toEqual({
      accuracy: 50,
      binary: 100,
      open: third,
      perStructuralType: { verify: { accuracy: 100, count: 1 }, query: { accuracy: third, count: 3 } },
      perSemanticType: { attr: { accuracy: 100, count: 1 }, obj: { accuracy: third, count: 3 } },
      distribution: 0.005,
    });
    expect(() => gqaAccuracy(questions, new Map())).toThrow(/question 1: a GQA question has no prediction/);
  });
});

describe("nlvr2Scores", () => {
  const examples = ["dev-1-0-0", "dev-1-1-0", "dev-1-0-1", "dev-2-0-0"].map((identifier) => ({
    identifier,
    label: true,
  }));

  it("counts a sentence as consistent when all of its pairs are right", () => {
    const predictions = new Map(examples.map(({ identifier }) => [identifier, identifier !== "dev-1-1-0"]));
    expect(nlvr2Scores(examples, predictions)).toEqual({ accuracy: 0.75, consistency: 2 / 3 });
    expect(nlvr2Scores([], predictions)).toEqual({ accuracy: 0, consistency: 0 });
  });

  it("names missing predictions and malformed identifiers", () => {
    expect(() => nlvr2Scores(examples, new Map())).toThrow(
      /dev-1-0-0, dev-1-1-0.*some NLVR2 examples have no prediction/,
    );
    const odd = [{ identifier: "dev", label: true }];
    expect(() => nlvr2Scores(odd, new Map([["dev", true]]))).toThrow(/expected: split-set-pair-sentence/);
  });
});

describe("choiceAccuracy", () => {
  it("counts every question, by type and in all", () => {
    const questions = [
      { questionId: 1, answer: "a0", type: "Show" },
      { questionId: 2, answer: "a1", type: "Show" },
      { questionId: 3, answer: "a2", type: "Other" },
    ];
    const { overall, perType } = choiceAccuracy(
      questions,
      new Map([
        [1, "a0"],
        [2, "a1 "],
      ]),
    );
    expect(overall).toBeCloseTo(1 / 3, 9);
    expect(perType["Show"]).toBeCloseTo(1 / 2, 9);
    expect(perType["Other"]).toBe(0);
    expect(choiceAccuracy([], new Map())).toEqual({ overall: 0, perType: {} });
  });
});

describe("roundPercent", () => {
  it.each([
    [0.125, 0.12],
    [0.375, 0.38],
    [62.625, 62.62],
    [62.875, 62.88],
    [200 / 3, 66.67],
    [2.675, 2.67],
    [1.005, 1],
    [100, 100],
    [0, 0],
  ])("rounds %d to %d as Python does", (value, rounded) => {
    expect(roundPercent(value)).toBe(rounded);
  });
});

describe("splitBlanks and stripBlanks", () => {
  it("take for blank what Python does", () => {
    expect(splitBlanks(" a\u00A0b\u0085c\u001Fd\u200Be\uFEFF ")).toEqual(["a", "b", "c", "d\u200Be\uFEFF"]);
    expect(splitBlanks("  ")).toEqual([]);
    expect(stripBlanks("\u2003 a b\t\u001C")).toBe("a b");
  });
});

const FIXTURES = "../shared/fixtures";
const text = (name: string): string => readFileSync(`${FIXTURES}/${name}`, "utf8");
const json = (name: string): unknown => JSON.parse(text(name));
const lines = (name: string): string[] => text(name).trim().split("\n");

describe.skipIf(!existsSync(FIXTURES))("scores of real predictions (needs the shared fixtures)", () => {
  it("GQA: 225 of 400, with the official breakdown", () => {
    interface Official {
      answer: string;
      types: { structural: string; semantic: string };
      groups: { global: string | null };
    }
    const official = json("gqa/testdev_balanced_questions_subset.json") as Record<string, Official>;
    const predicted = json("gqa/predictions_llava-v1.5-13b.json") as {
      questionId: string;
      prediction: string;
    }[];
    const predictions = new Map(predicted.map(({ questionId, prediction }) => [questionId, prediction]));
    const questions = Object.entries(official).map(([questionId, { answer, types, groups }]) => ({
      questionId,
      answer,
      structuralType: types.structural,
      semanticType: types.semantic,
      globalGroup: groups.global,
    }));
    const { gqa_eval: expected, accuracy } = json("gqa/expected.json") as {
      accuracy: number;
      gqa_eval: Record<string, number> & Record<string, Record<string, [number, number]>>;
    };
    const labelled = json("gqa/testdev_subset_lxmert.json") as {
      question_id: string;
      label: Record<string, number>;
    }[];
    const items = labelled.map(({ question_id: id, label }) => ({
      prediction: predictions.get(id) ?? "",
      label,
    }));
    expect(labelScore(items)).toBe(accuracy);
    const scores = gqaAccuracy(questions, predictions);
    for (const name of ["accuracy", "binary", "open", "distribution"] as const) {
      expect([name, scores[name]]).toEqual([name, expect.closeTo(expected[name] as number, 9)]);
    }
    for (const [ours, theirs] of [
      [scores.perStructuralType, expected["accuracyPerStructuralType"]],
      [scores.perSemanticType, expected["accuracyPerSemanticType"]],
    ] as const) {
      expect(Object.keys(ours).toSorted()).toEqual(Object.keys(theirs ?? {}).toSorted());
      for (const [type, [value, count]] of Object.entries(theirs ?? {})) {
        expect(ours[type]).toEqual({ accuracy: expect.closeTo(value, 9), count });
      }
    }
  });

  it.each(["predictions_first_validator.csv", "predictions_all_true.csv"])("NLVR2: %s", (name) => {
    const examples = lines("nlvr2/dev_subset.json").map((line) => {
      const { identifier, label } = JSON.parse(line) as { identifier: string; label: string };
      return { identifier, label: label === "True" };
    });
    const predictions = new Map(
      lines(`nlvr2/${name}`).map((line) => {
        const [identifier = "", value] = line.split(",");
        return [identifier, value?.trim() === "True"] as const;
      }),
    );
    expect(examples).toHaveLength(758);
    expect(nlvr2Scores(examples, predictions)).toEqual(
      (json("nlvr2/expected.json") as Record<string, unknown>)[name],
    );
  });

  it("TVQA: 107 of 151", () => {
    const questions = lines("video/tvqa_val_subset.jsonl").map((line) => {
      const row = JSON.parse(line) as { qid: number; answer_idx: number; show_name: string };
      return { questionId: row.qid, answer: `a${row.answer_idx}`, type: row.show_name };
    });
    const predicted = json("video/tvqa_val_predictions.json") as Record<string, number>;
    const predictions = new Map(
      Object.entries(predicted).map(([qid, choice]) => [Number(qid), `a${choice}`]),
    );
    const { tvqa } = json("video/expected.json") as { tvqa: { questions: number; accuracy: number } };
    expect(questions).toHaveLength(tvqa.questions);
    expect(100 * choiceAccuracy(questions, predictions).overall).toBeCloseTo(tvqa.accuracy, 9);
  });
});
