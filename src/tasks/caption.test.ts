import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../random.ts";
import { TASKS } from "./tasks.ts";

const FIXTURES = "../shared/fixtures/caption";

function image(number: number, split: string, ...raw: string[]): object {
  const filename = `COCO_val2014_${String(number).padStart(12, "0")}.jpg`;
  return { filename, split, cocoid: number, sentences: raw.map((text) => ({ raw: text })) };
}

let folder = "";
let annotations = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "caption-"));
  annotations = join(folder, "dataset_coco.json");
  const images = [
    image(1, "train", "A dog.", "Brown dog "),
    image(2, "restval", "A cat."),
    image(3, "val", "a man rides a wave", "a surfer on a wave"),
    image(4, "val", "two zebras stand in tall grass", "zebras in a field"),
    image(5, "test", "A bird."),
  ];
  await writeFile(annotations, JSON.stringify({ images }));
});
afterAll(() => rm(folder, { recursive: true }));

const random = new RandomStream(1, "targets");

describe("caption", () => {
  it("trains on one example per caption, restval included", async () => {
    const split = await TASKS.caption.load({ train: { annotations } }, "train");
    expect(split).toMatchObject({ task: "caption", split: "train" });
    expect(split.examples).toHaveLength(3);
    expect(split.examples[1]).toEqual({
      id: "1#1",
      images: ["COCO_val2014_000000000001"],
      prompt: "caption: ",
      references: ["A dog.", "Brown dog"],
    });
    expect([0, 1, 2].map((i) => split.target(i, random))).toEqual([
      { text: "A dog.", weight: 1 },
      { text: "Brown dog", weight: 1 },
      { text: "A cat.", weight: 1 },
    ]);
    expect(() => split.target(3, random)).toThrow(RangeError);
  });

  it("validates on one example per image, under the name of the split or another", async () => {
    const byName = await TASKS.caption.load({ validation: { annotations } }, "validation", { prompt: "" });
    expect(byName.examples.map((example) => example.id)).toEqual(["3", "4"]);
    expect(byName.examples[0]).toMatchObject({
      prompt: "",
      references: ["a man rides a wave", "a surfer on a wave"],
    });
    expect(byName.examples[0]?.references).toContain(byName.target(0, random).text);
    const told = await TASKS.caption.load({ dev: { annotations, split: "karpathy_test" } }, "dev");
    expect(told.examples.map((example) => example.id)).toEqual(["5"]);
  });

  it("scores what was predicted in percent, perfect captions best", async () => {
    const split = await TASKS.caption.load({ val: { annotations } }, "val");
    const perfect = new Map(split.examples.map(({ id, references }) => [id, references[0] ?? ""]));
    const scores = split.score(perfect);
    expect(scores.all["Bleu_4"]).toBeCloseTo(100, 5);
    expect(scores.headline).toEqual({ name: "CIDEr", value: scores.all["CIDEr"] });
    expect(scores.count).toBe(2);
    expect([...scores.perItem.keys()]).toEqual(["3", "4"]);
    const wrong = split.score(new Map([...perfect].map(([id]) => [id, "a red bus"])));
    expect(wrong.headline.value).toBeLessThan(scores.headline.value / 10);
    expect(split.score(new Map([["4", "zebras in a field"]])).count).toBe(1);
  });

  it("gives what METEOR and SPICE are computed of: tokens, the unknown word renamed in references", async () => {
    const split = await TASKS.caption.load({ val: { annotations } }, "val");
    const captions = split.tokenizedCaptions?.(new Map([["3", "A man, riding."]]));
    expect(captions).toEqual(
      new Map([
        ["3", { hypothesis: "a man riding", references: ["a man rides a wave", "a surfer on a wave"] }],
      ]),
    );
    expect(() => split.tokenizedCaptions?.(new Map())).toThrow("no predictions");
  });

  it("refuses to score nothing, and predictions of other examples", async () => {
    const split = await TASKS.caption.load({ val: { annotations } }, "val");
    expect(() => split.score(new Map())).toThrow("no predictions");
    expect(() => split.score(new Map([["9", "x"]]))).toThrow("1 of 1 predictions belong to no example");
  });

  it("writes the official result file", async () => {
    const split = await TASKS.caption.load({ val: { annotations } }, "val");
    const results = split.resultFile(
      new Map([
        ["4", "zebras"],
        ["3", "a man"],
      ]),
    );
    expect(JSON.parse(results)).toEqual([
      { caption: "a man", image_id: 3 },
      { caption: "zebras", image_id: 4 },
    ]);
  });

  it("writes each image of the training split once", async () => {
    const split = await TASKS.caption.load({ train: { annotations } }, "train");
    const results = split.resultFile(
      new Map([
        ["2#0", "a cat"],
        ["1#1", "a brown dog"],
        ["1#0", "a dog"],
      ]),
    );
    expect(JSON.parse(results)).toEqual([
      { caption: "a dog", image_id: 1 },
      { caption: "a cat", image_id: 2 },
    ]);
  });

  it("names the split and the part of the source that is wrong", async () => {
    await expect(TASKS.caption.load({ train: {} }, "val")).rejects.toMatchObject({
      kind: "config",
      parts: { received: "splits train" },
    });
    await expect(TASKS.caption.load({ val: { annotation: "x" } }, "val")).rejects.toMatchObject({
      kind: "config",
      parts: { where: "val.annotations" },
    });
    await expect(TASKS.caption.load({ val: { annotations, splits: "x" } }, "val")).rejects.toMatchObject({
      parts: { where: "val.splits", expected: "no entry of this name" },
    });
    const missing = join(folder, "missing.json");
    await expect(TASKS.caption.load({ val: { annotations: missing } }, "val")).rejects.toMatchObject({
      kind: "data",
      parts: { where: missing },
    });
  });
});

describe.skipIf(!existsSync(FIXTURES))("caption on real COCO captions (needs the shared annotations)", () => {
  it("gives the published scorer's values from the official files", async () => {
    const split = await TASKS.caption.load(
      { val: { annotations: `${FIXTURES}/captions_val2014_subset.json` } },
      "val",
    );
    const results = JSON.parse(
      readFileSync(`${FIXTURES}/captions_val2014_fakecap_results_subset.json`, "utf8"),
    ) as { image_id: number; caption: string }[];
    const expected = JSON.parse(readFileSync(`${FIXTURES}/expected.json`, "utf8")) as {
      fakecap_subset: { corpus: Record<string, number> };
    };
    const scores = split.score(new Map(results.map((result) => [String(result.image_id), result.caption])));
    expect(scores.count).toBe(126);
    for (const [name, value] of Object.entries(expected.fakecap_subset.corpus)) {
      expect(scores.all[name], name).toBeCloseTo(100 * value, 6);
    }
  });
});
