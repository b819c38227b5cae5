import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../random.ts";
import type { Scene } from "../grammar.ts";
import { type NlvrList, nlvrList, PAIRS_PER_SET } from "./nlvr-file.ts";
import { STATEMENT_KINDS } from "./statements.ts";
import type { ScenePair, Statement } from "./statements.ts";

const CIRCLE: Scene = { objects: [{ color: "red", shape: "circle", size: "large", place: "top left" }] };
const TWO: Scene = {
  objects: [
    { color: "red", shape: "star", size: "small", place: "top" },
    { color: "blue", shape: "square", size: "small", place: "bottom" },
  ],
};
const PAIR: ScenePair = [CIRCLE, TWO];
const SWAPPED: ScenePair = [TWO, CIRCLE];

/** The statements of a kind about the pair that read so. */
function statement(kind: string, sentence: string): Statement {
  for (let i = 0; i < 300; i++) {
    const found = STATEMENT_KINDS[kind]?.(PAIR, new RandomStream(1, `${i}`));
    if (found?.sentence === sentence) return found;
  }
  throw new Error(`${kind} never says: ${sentence}`);
}

describe("statements about two pictures", () => {
  it.each([
    ["shows", "The first picture shows a circle.", true, false],
    ["shows", "The second picture shows a star.", true, false],
    ["counts", "The second picture shows exactly two objects.", true, false],
    ["some", "At least one picture shows a star.", true, true],
    ["both", "Both pictures show a red object.", true, true],
    ["both", "Both pictures show a star.", false, false],
    ["onlyOne", "Only one picture shows a star.", true, true],
    ["onlyOne", "Only one picture shows a red object.", false, false],
  ])("%s: %s", (kind, sentence, first, swapped) => {
    const { holds } = statement(kind, sentence);
    expect([holds(PAIR), holds(SWAPPED)]).toEqual([first, swapped]);
  });
});

/** Statements by set. */
function grouped(list: NlvrList): ReadonlyMap<string, NlvrList> {
  const sets = new Map<string, NlvrList>();
  for (const entry of list) {
    const set = entry.identifier.replace(/-\d+-0$/, "");
    sets.set(set, [...(sets.get(set) ?? []), entry]);
  }
  return sets;
}

describe("a split's statements", () => {
  const list = nlvrList({ seed: 1, split: "valid", scenes: 400, questionsPerScene: 4 });

  it("say each sentence of four pairs, and are true of two: the words alone tell nothing", () => {
    expect(list).toHaveLength(800);
    const sets = grouped(list);
    expect(sets.size).toBe(800 / PAIRS_PER_SET);
    for (const group of sets.values()) {
      expect(new Set(group.map(({ sent }) => sent)).size).toBe(1);
      expect(group.filter(({ label }) => label === 1)).toHaveLength(2);
      expect(group).toHaveLength(PAIRS_PER_SET);
      expect(group.map(({ identifier }) => identifier.split("-")[2])).toEqual(["0", "1", "2", "3"]);
    }
  });

  it("name two different pictures of the split, and every statement once", () => {
    expect(new Set(list.map(({ uid }) => uid)).size).toBe(800);
    for (const { img0, img1 } of list) {
      expect(img0).toMatch(/^scenes_valid_\d{12}$/);
      expect(img1).not.toBe(img0);
    }
  });

  it("are fewer where a split is too small for them", () => {
    const plan = { seed: 1, split: "valid", questionsPerScene: 4 } as const;
    expect(nlvrList({ ...plan, scenes: 1 })).toEqual([]);
    expect(nlvrList({ ...plan, scenes: 4 }).length % PAIRS_PER_SET).toBe(0);
  });
});
