import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bytePairMerges, byteCharacters, countedWords } from "../scripts/byte-pair-merges.ts";
import { vqaFiles } from "../src/data/scenes/annotation-files.ts";
import { captions } from "../src/data/scenes/captions.ts";
import { PRETRAINING_TASKS, pretrainingExamples } from "../src/data/scenes/pretraining-examples.ts";
import { randomScene } from "../src/data/scenes/random-scene.ts";
import { RandomStream } from "../src/random.ts";
import { bartTokenizer } from "../src/text/index.ts";

const FOLDER = join(import.meta.dirname, "..", "models", "scenes");
const TOKENIZER = bartTokenizer(FOLDER, { addedTokens: false });
const VQA = vqaFiles({ seed: 11, split: "test", scenes: 200, questionsPerScene: 4 });

/** Sources and targets of so many pretraining examples of each task. */
function pretrainingTexts(seed: number, count: number): readonly string[] {
  return PRETRAINING_TASKS.flatMap((task) =>
    pretrainingExamples(task, seed, count).flatMap(({ source, target }) => [source, target]),
  );
}

/** Every kind of text that a model of the scenes reads or writes, on held-out scenes. */
const TEXTS = [
  ...VQA.questions.questions.map(({ question }) => `vqa: ${question}`),
  ...VQA.annotations.annotations.flatMap(({ answers }) => answers.map(({ answer }) => answer)),
  ...Array.from({ length: 200 }, (_, i) =>
    captions(randomScene(11, "test", i), new RandomStream(11, `${i}`)),
  ).flat(),
  ...pretrainingTexts(11, 100),
];

describe("the tokenizer of the scenes", () => {
  it("has BART's markers in their places and all bytes in at most 700 tokens", async () => {
    const vocabulary = JSON.parse(await readFile(join(FOLDER, "vocab.json"), "utf8")) as Record<
      string,
      number
    >;
    // A JavaScript object lists the digits first, whatever their ids.
    const entries = Object.entries(vocabulary).toSorted(([, a], [, b]) => a - b);
    const tokens = entries.map(([token]) => token);
    expect(entries.map(([, id]) => id)).toEqual(tokens.map((_, id) => id));
    expect(tokens.slice(0, 4)).toEqual(["<s>", "<pad>", "</s>", "<unk>"]);
    expect(tokens.at(-1)).toBe("<mask>");
    expect(tokens).toEqual(expect.arrayContaining([...byteCharacters()]));
    expect(tokens.length).toBeLessThanOrEqual(700);
    expect((await TOKENIZER).vocabSize).toBe(tokens.length);
  });

  it("gives every word and every number of the scenes one token, and brings each text back", async () => {
    const tokenizer = await TOKENIZER;
    for (const text of new Set(TEXTS)) {
      const ids = tokenizer.encode(text);
      expect(ids.length - 2, text).toBe(text.match(/ ?[A-Za-z]+| ?\d+|[^A-Za-z0-9\s]+| (?= )/g)?.length);
      expect(tokenizer.decode(ids.slice(1, -1)), text).toBe(text);
    }
  });

  it("fits questions into the original's 20 tokens and captions into 20 written ones", async () => {
    const tokenizer = await TOKENIZER;
    const lengths = TEXTS.slice(0, 800).map((text) => tokenizer.encode(text).length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(20);
  });

  it("still spells text it has never seen", async () => {
    const tokenizer = await TOKENIZER;
    const text = "Déjà vu: 3 zebras, naïve?";
    const ids = tokenizer.encode(text);
    expect(ids).not.toContain(tokenizer.idOf("<unk>"));
    expect(tokenizer.decode(ids.slice(1, -1))).toBe(text);
  });
});

describe("bytePairMerges", () => {
  it("joins the most frequent pair first, and of equals the first in order", () => {
    const counts = countedWords(["low low lower", "low newest"]);
    expect(bytePairMerges(counts, 3)).toEqual([
      ["l", "o"],
      ["lo", "w"],
      ["Ġ", "low"],
    ]);
    expect(
      bytePairMerges(
        new Map([
          ["ab", 1],
          ["cd", 1],
        ]),
        1,
      ),
    ).toEqual([["a", "b"]]);
  });

  it("stops when every word is one piece", () => {
    expect(bytePairMerges(countedWords(["aaa"]), 100)).toEqual([
      ["a", "a"],
      ["aa", "a"],
    ]);
  });

  it("makes the shipped merges again from the same texts", async () => {
    const shipped = (await readFile(join(FOLDER, "merges.txt"), "utf8")).trimEnd().split("\n").slice(1);
    expect(
      bytePairMerges(countedWords(pretrainingTexts(1, 4000)), 480).map((pair) => pair.join(" ")),
    ).toEqual(shipped);
  });
});
