import { describe, expect, it } from "vitest";
import {
  type ChoiceQuestion,
  clipSubtitles,
  how2qaQuestions,
  tvcClips,
  tvqaQuestions,
  yc2cClips,
} from "./clip-annotations.ts";

const PLAN = { seed: 1, split: "valid", scenes: 400, questionsPerScene: 4 } as const;

function choicesOf(question: ChoiceQuestion, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => question[`a${i}`] ?? "");
}

/** The share of questions that a rule answers rightly which sees the question and its choices. */
function guessed(
  questions: readonly ChoiceQuestion[],
  count: number,
  rule: (choices: readonly string[], q: string) => string,
): number {
  const right = questions.filter((question) => {
    const choices = choicesOf(question, count);
    return rule(choices, question.q) === choices[question.answer_idx];
  });
  return right.length / questions.length;
}

/** The wording of a question with one of its choices. */
const key = (q: string, choice: string): string => `${q.split(" ").slice(0, 2).join(" ")} ${choice}`;

describe.each([
  ["tvqaQuestions", tvqaQuestions(PLAN), 5],
  ["how2qaQuestions", how2qaQuestions(PLAN), 4],
] as const)("%s", (_, questions, count) => {
  it("have different choices, and right ones in each position about equally often", () => {
    expect(questions.length).toBeGreaterThan(900);
    const positions = Array<number>(count).fill(0);
    for (const question of questions) {
      expect(new Set(choicesOf(question, count)).size, question.q).toBe(count);
      positions[question.answer_idx] = (positions[question.answer_idx] ?? 0) + 1;
    }
    for (const right of positions) expect(Math.abs((right * count) / questions.length - 1)).toBeLessThan(0.2);
  });

  it("can hardly be answered without the clip: the choice that is right most often for this wording is right below 40 %", () => {
    const counts = new Map<string, number>();
    const seen = new Map<string, number>();
    for (const question of questions) {
      const choices = choicesOf(question, count);
      for (const choice of choices)
        seen.set(key(question.q, choice), (seen.get(key(question.q, choice)) ?? 0) + 1);
      const right = key(question.q, choices[question.answer_idx] ?? "");
      counts.set(right, (counts.get(right) ?? 0) + 1);
    }
    const rate = (q: string, choice: string): number =>
      (counts.get(key(q, choice)) ?? 0) / (seen.get(key(q, choice)) ?? 1);
    const best = guessed(questions, count, (choices, q) =>
      choices.reduce((a, b) => (rate(q, b) > rate(q, a) ? b : a)),
    );
    expect(best).toBeLessThan(0.4);
    expect(best).toBeGreaterThan(1 / count - 0.02);
  });
});

describe("clipSubtitles", () => {
  it("introduce each object of a tv clip by name, and tell nothing of what happens", () => {
    const subtitles = clipSubtitles(PLAN, "tv");
    expect(subtitles).toHaveLength(400);
    for (const { sub } of subtitles) {
      const introductions = sub.filter(({ text }) => /^[A-Z][a-z]+: I am the [a-z ]+\.$/.test(text));
      expect(introductions).toHaveLength(sub.length);
      expect([1, 2]).toContain(sub.length);
      expect(sub.map(({ text }) => text).join(" ")).not.toMatch(/move|turn|grow|shrink|left|right/);
      expect(sub[0]?.start).toBe(0);
      for (const { start, end } of sub) expect(end).toBeGreaterThan(start);
    }
  });

  it("are the same for all annotations of a clip, and empty for some clips of the other domains", () => {
    const subtitles = new Map(clipSubtitles(PLAN, "tv").map(({ vid_name, sub }) => [vid_name, sub]));
    for (const { vid_name, q } of tvqaQuestions(PLAN)) {
      const said = (subtitles.get(vid_name) ?? []).map(({ text }) => text).join(" ");
      const name = /\b(Ann|Bob|Cy|Dee|Eve)\b/.exec(q)?.[0] ?? "nobody";
      expect(said).toContain(`${name}: I am`);
    }
    const lengths = new Set(clipSubtitles(PLAN, "how2").map(({ sub }) => sub.length));
    expect(lengths).toEqual(new Set([0, 1]));
  });
});

describe("captions of clips", () => {
  it("come with times inside the clip, four to compare with and two to train on", () => {
    for (const { duration, ts, descs } of tvcClips(PLAN)) {
      const [from, to] = ts;
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeGreaterThan(from);
      expect(to).toBeLessThanOrEqual(duration);
      expect(descs).toHaveLength(4);
      for (const { desc } of descs) expect(desc).toMatch(/^[A-Z][a-z]+ [a-z, A-Z]+\.$/);
    }
    expect(tvcClips({ ...PLAN, split: "train", scenes: 3 })[0]?.descs).toHaveLength(2);
  });

  it("name in recipes what changes, once each, and nothing else", () => {
    for (const { descs, clip_id } of yc2cClips(PLAN)) {
      expect(descs).toHaveLength(1);
      expect(descs[0]?.desc).toMatch(/^(move|paint|make) [a-z]/);
      expect(descs[0]?.desc_id).toBe(10 * clip_id);
    }
  });

  it("fit into 20 written tokens and never repeat three words, which beam search would not write", () => {
    const texts = [...tvcClips(PLAN), ...yc2cClips(PLAN)].flatMap(({ descs }) =>
      descs.map(({ desc }) => desc),
    );
    for (const text of texts) {
      const words = text.match(/[A-Za-z]+|[,.]/g) ?? [];
      expect(words.length).toBeLessThanOrEqual(17);
      const triples = words.slice(2).map((word, i) => [words[i], words[i + 1], word].join(" "));
      expect(new Set(triples).size, text).toBe(triples.length);
    }
  });

  it("have ids that are unique over the splits", () => {
    const all = (["train", "valid", "test"] as const).flatMap((split) =>
      tvcClips({ ...PLAN, split, scenes: 20 }),
    );
    expect(new Set(all.map(({ clip_id }) => clip_id)).size).toBe(60);
    expect(new Set(all.flatMap(({ descs }) => descs.map(({ desc_id }) => desc_id))).size).toBe(
      20 * (2 + 4 + 4),
    );
  });
});
