import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import {
  captionScores,
  clipCaptionScores,
  tokenizedCaptionItems,
  tokenizedCaptionScores,
  type CaptionScores,
} from "./caption-scores.ts";
import type { TokenizedCaption } from "./tokenized-caption.ts";

const NAMES = ["Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr"] as const;

/** Within 1e-9, or relatively 1e-9 for the tiny values of BLEU without any match. */
function expectScores(actual: CaptionScores | undefined, expected: readonly number[]): void {
  for (const [i, name] of NAMES.entries()) {
    const value = expected[i] ?? Number.NaN;
    const difference = Math.abs((actual?.[name] ?? Number.NaN) - value);
    expect([name, actual?.[name], difference <= 1e-9 * Math.min(1, value + 1e-9)]).toEqual([
      name,
      actual?.[name],
      true,
    ]);
  }
}

const item = (hypothesis: string, ...references: readonly string[]): TokenizedCaption => ({
  hypothesis,
  references,
});

const CORPUS_A: readonly TokenizedCaption[] = [
  item(
    "a man riding a horse on the beach",
    "a man is riding a horse on the beach",
    "a person rides a horse near the ocean",
    "man riding horse on beach",
  ),
  item(
    "two dogs are sleeping on a bed",
    "two cats are sleeping on a couch",
    "a pair of cats sleep on the sofa",
  ),
  item(
    "a red bus on the street",
    "a red bus drives down the street",
    "the red double decker bus is on the road",
    "a bus in the city",
  ),
  item("a plate of food with broccoli and rice", "a plate of food with broccoli and rice"),
];

describe("tokenizedCaptionScores", () => {
  it("gives the scores of a small corpus and of each caption", () => {
    const { corpus, perItem } = tokenizedCaptionScores(CORPUS_A);
    expectScores(
      corpus,
      [
        0.931034482726516, 0.8843466319599972, 0.7852170176221029, 0.7115258363715565, 0.8682480454868515,
        4.482278426238077,
      ],
    );
    const expected = [
      [0.9999999997500004, 0.9999999997410718, 0.8735804645005713, 0.7952707285414876, 1, 3.7407728549011816],
      [
        0.7142857140816329, 0.5976143044893356, 0.5227579584112448, 0.43472087180034347, 0.7142857142857143,
        2.2031222087876667,
      ],
      [
        0.9999999998333334, 0.8944271908359377, 0.5848035475223639, 9.036020033952396e-5, 0.7587064676616916,
        1.9852186412634574,
      ],
      [0.9999999997500004, 0.9999999997410718, 0.9999999997301591, 0.9999999997163694, 1, 10],
    ];
    for (const [i, scores] of expected.entries()) expectScores(perItem[i], scores);
  });

  it.each<[string, TokenizedCaption[], number[]]>([
    [
      "one identical image: CIDEr 0",
      [item("a b c d", "a b c d")],
      [0.9999999995000004, 0.9999999994583337, 0.9999999993888894, 0.9999999992291674, 1, 0],
    ],
    [
      "an empty caption",
      [item("", "a cat"), item("a dog", "a dog")],
      [0.36787944080356333, 0.3678794407115936, 0.0036787944080356343, 0.0003678794408495482, 0.5, 2.5],
    ],
    [
      "two equally close reference lengths",
      [item("a b c d", "a b c", "a b c d e")],
      [0.9999999997500002, 0.9999999997083335, 0.9999999996388892, 0.9999999994791672, 1, 0],
    ],
    [
      "no common word order",
      [item("i am a boy", "am i a boy"), item("she is a girl", "is she a girl")],
      [
        0.9999999997500004, 0.5773502690332603, 4.3679023223468616e-6, 1.4287202142987477e-8, 0.75,
        3.333333333333333,
      ],
    ],
  ])("scores %s", (_, items, expected) => {
    expectScores(tokenizedCaptionScores(items).corpus, expected);
  });

  it("counts words at any blank in BLEU and CIDEr, at spaces only in ROUGE", () => {
    const { corpus } = tokenizedCaptionScores([
      item("5\u00A01/2 cups", "5 1/2 cups"),
      item("a cup", "a cup"),
    ]);
    expect(corpus.Bleu_1).toBeCloseTo(1, 6);
    expect(corpus.CIDEr).toBeCloseTo(6.25, 9);
    expect(corpus.ROUGE_L).toBeCloseTo((1 + (2.44 * 0.5 * (1 / 3)) / (1 / 3 + 1.44 * 0.5)) / 2, 12);
  });

  it("gives nothing for nothing, and refuses a caption without references", () => {
    expect(tokenizedCaptionScores([]).perItem).toEqual([]);
    expect(tokenizedCaptionScores([]).corpus).toMatchObject({ ROUGE_L: 0, CIDEr: 0 });
    expect(() => tokenizedCaptionScores([item("a")])).toThrow(/caption 0: a caption has no reference/);
  });
});

describe("captionScores", () => {
  it("tokenises both sides", () => {
    const { corpus } = captionScores(["i am a boy", "she is a girl"], ["am I a boy ?", ["Is she a girl?"]]);
    expect(corpus.CIDEr).toBeCloseTo(10 / 3, 9);
    expect(corpus.ROUGE_L).toBe(0.75);
  });

  it("renames the unknown word of references", () => {
    const unknown = captionScores(["a_UNK b", "c"], ["a_UNK b", "c"]);
    expect(unknown.perItem[0]?.Bleu_1).toBeCloseTo(0.5, 6);
  });

  it("refuses lists of different lengths", () => {
    expect(() => captionScores(["a"], [])).toThrow(/captions and references do not pair up/);
  });
});

describe("tokenizedCaptionItems", () => {
  it("keeps references with their captions", () => {
    expect(tokenizedCaptionItems(["One.", "Two."], [["A dog.", "A cat!"], "It's me"])).toEqual([
      item("one", "a dog", "a cat"),
      item("two", "it 's me"),
    ]);
  });
});

const clip = (clipId: number, ...captions: readonly string[]) => ({ clipId, captions });

describe("clipCaptionScores", () => {
  it("compares the first prediction of a clip with all its references, in ASCII", () => {
    const { clipIds, perItem } = clipCaptionScores(
      [clip(2, "a cat"), clip(1, "a d\u00F6g", "unused"), clip(1, "unused")],
      [clip(1, "a d g"), clip(2, "the dog"), clip(2, "a cat")],
    );
    expect(clipIds).toEqual([1, 2]);
    expect(perItem.map(({ ROUGE_L: rouge }) => rouge)).toEqual([1, 1]);
  });

  it("refuses clips on one side only", () => {
    expect(() => clipCaptionScores([clip(1, "a")], [])).toThrow(/clips 1: a clip has a predicted caption/);
    expect(() => clipCaptionScores([], [clip(3, "a")])).toThrow(/clips 3: a clip has references/);
  });
});

const FIXTURES = "../shared/fixtures";
const text = (name: string): string => readFileSync(`${FIXTURES}/${name}`, "utf8");

describe.skipIf(!existsSync(FIXTURES))("scores of real captions (needs the shared fixtures)", () => {
  type Named = Record<(typeof NAMES)[number], number>;
  const values = (scores: Named): number[] => NAMES.map((name) => scores[name]);

  it("COCO: corpus and every image", () => {
    const { annotations } = JSON.parse(text("caption/captions_val2014_subset.json")) as {
      annotations: { image_id: number; caption: string }[];
    };
    const results = JSON.parse(text("caption/captions_val2014_fakecap_results_subset.json")) as {
      image_id: number;
      caption: string;
    }[];
    const expected = (
      JSON.parse(text("caption/expected.json")) as {
        fakecap_subset: { corpus: Named; per_image: (Named & { image_id: number })[] };
      }
    ).fakecap_subset;
    const references = results.map(({ image_id: image }) =>
      annotations.filter(({ image_id: imageId }) => imageId === image).map(({ caption }) => caption),
    );
    const { corpus, perItem } = captionScores(
      results.map(({ caption }) => caption),
      references,
    );
    expect(perItem).toHaveLength(126);
    expectScores(corpus, values(expected.corpus));
    for (const scores of expected.per_image) {
      const i = results.findIndex(({ image_id: image }) => image === scores.image_id);
      expectScores(perItem[i], values(scores));
    }
  });

  it("YouCook2: corpus", () => {
    const read = (name: string) =>
      text(`video/${name}`)
        .trim()
        .split("\n")
        .map((line) => {
          const { clip_id: clipId, descs } = JSON.parse(line) as {
            clip_id: number;
            descs: { desc: string }[];
          };
          return { clipId, captions: descs.map(({ desc }) => desc) };
        });
    const { corpus, clipIds } = clipCaptionScores(
      read("yc2c_val_predictions.jsonl"),
      read("yc2c_val_subset.jsonl"),
    );
    const { yc2c } = JSON.parse(text("video/expected.json")) as { yc2c: { clips: number; corpus: Named } };
    expect(clipIds).toHaveLength(yc2c.clips);
    expectScores(corpus, values(yc2c.corpus));
  });
});
