import { describe, expect, it } from "vitest";
import { pythonWords, torchWords } from "./mersenne-twister.ts";
import { exampleOrder, pythonShuffle, taskSequence, torchPermutation } from "./order.ts";

describe("torchPermutation", () => {
  it.each([
    [0, [4, 1, 7, 5, 3, 9, 0, 8, 6, 2]],
    [1, [5, 6, 1, 2, 0, 8, 9, 3, 7, 4]],
    [2, [8, 7, 1, 5, 6, 9, 0, 4, 2, 3]],
  ])("equals torch.randperm(10) of seed %i", (seed, expected) => {
    expect([...torchPermutation(10, seed)]).toEqual(expected);
  });

  it("equals torch.randperm(100000) of seed 0 at both ends, and is a permutation", () => {
    const order = torchPermutation(100_000, 0);
    expect(Array.from(order.slice(0, 5))).toEqual([36044, 73702, 76369, 2549, 52523]);
    expect(Array.from(order.slice(-3))).toEqual([47534, 99934, 84786]);
    expect(new Set(order).size).toBe(100_000);
  });

  it("is empty for nothing, and refuses lengths that torch permutes in another way", () => {
    expect(torchPermutation(0, 3)).toHaveLength(0);
    expect(() => torchPermutation(2 ** 32, 0)).toThrow("too many examples");
  });
});

describe("pythonShuffle", () => {
  it.each([
    [0, "acbbcaabbadb"],
    [1, "bdabbbacbaca"],
    [2, "cdabbbbabcaa"],
  ])("equals random.shuffle of seed %i", (seed, expected) => {
    expect(pythonShuffle("aaaabbbbbccd".split(""), seed).join("")).toBe(expected);
  });

  it("takes seeds of more than one word, and of either sign", () => {
    expect([0, 5, 123456789, 2 ** 40 + 7].map((seed) => pythonWords(seed)())).toEqual([
      3626764237, 2675342405, 2754794679, 2635837658,
    ]);
    expect(pythonWords(-5)()).toBe(pythonWords(5)());
  });
});

describe("torchWords", () => {
  it("passes the ten-thousandth word of the reference seed", () => {
    const next = torchWords(5489);
    for (let i = 1; i < 10_000; i++) next();
    expect(next()).toBe(4123659995);
  });
});

describe("exampleOrder", () => {
  it("deals the epoch's permutation out to the ranks, filled up from its own start", () => {
    const whole = [...torchPermutation(10, 2)];
    expect([...exampleOrder(10, 2)]).toEqual(whole);
    const dealt = [0, 1, 2, 3].map((rank) => Array.from(exampleOrder(10, 2, { rank, ranks: 4 })));
    expect(dealt.map((order) => order.length)).toEqual([3, 3, 3, 3]);
    const inTurn = Array.from({ length: 12 }, (_, i) => dealt[i % 4]?.[Math.floor(i / 4)]);
    expect(inTurn).toEqual([...whole, ...whole.slice(0, 2)]);
  });
});

describe("taskSequence", () => {
  const counts = { vqa: 4, gqa: 5, nlvr: 2, caption: 1 };

  it("mixes the tasks in proportion, read from the end of the original's list", () => {
    const letters = { vqa: "a", gqa: "b", nlvr: "c", caption: "d" };
    const sequence = taskSequence(counts, 1);
    expect(sequence.map((name) => letters[name]).join("")).toBe(
      "bdabbbacbaca".split("").toReversed().join(""),
    );
  });

  it("gives every task the same number of entries when balanced", () => {
    const sequence = taskSequence({ vqa: 3, gqa: 3, nlvr: 3 }, 0, "balanced");
    const seen = (name: string): number => sequence.filter((other) => other === name).length;
    expect([seen("vqa"), seen("gqa"), seen("nlvr")]).toEqual([3, 3, 3]);
  });

  it("ends a balanced epoch where the first task runs out of batches", () => {
    const sequence = taskSequence(counts, 0, "balanced");
    const whole = pythonShuffle("aaabbbcccddd".split(""), 0).toReversed();
    const second = whole.indexOf("d", whole.indexOf("d") + 1);
    const third = whole.indexOf("c", whole.indexOf("c", whole.indexOf("c") + 1) + 1);
    expect(sequence).toHaveLength(Math.min(second, third));
  });
});
