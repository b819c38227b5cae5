import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captionScores } from "../metrics/index.ts";
import { RandomStream } from "../random.ts";
import { TASKS } from "./tasks.ts";

const FIXTURES = "../shared/fixtures/video";
const RANDOM = new RandomStream(1, "targets");

// One of the times has a whole number of seconds, written with a point and without.
const TVC = `
{"vid_name": "show_clip_00", "duration": 60.0, "ts": [35.73, 40.9], "clip_id": 9, "descs": [\
{"desc": "Ann opens a box. ", "desc_id": 100, "type": "v"}, {"desc": "A woman looks into a box", "desc_id": 101}]}
{"vid_name": "show_clip_01", "duration": 60.0, "ts": [0, 5.0], "clip_id": 7, "descs": [\
{"desc": "Bob runs down the stairs.", "desc_id": 90, "type": "vt"}]}
`;
const YC2C = `{"vid_name": "abcDEF12345_3", "clip_id": 13447, "duration": 7, "descs": [{"desc": "mix the flour", "desc_id": 1}]}`;

// Written by hand from the spec (datasets §9.3).
const SAID = "[Subs] Ann : What is in it?";
const TEXTS = [`${SAID} [TS] ([35.73, 40.9]) tvc: `, "[Subs]  [TS] ([0, 5.0]) tvc: "];

let folder = "";
let annotations = "";
let subtitles = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "clip-captions-"));
  annotations = await written("tvc.jsonl", TVC);
  subtitles = await written(
    "tv_subtitles.jsonl",
    `${JSON.stringify({ vid_name: "show_clip_00", sub: [{ text: " Ann : What is in it?", start: 0, end: 1 }] })}\n`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string, content: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, content);
  return file;
}

/** The clips without what people wrote about them. */
async function withoutDescriptions(): Promise<string> {
  return written("test.jsonl", TVC.replaceAll(/, "descs": .*\]/g, ""));
}

describe("tvc", () => {
  it("refuses subtitles of none of the split's clips", async () => {
    const empty = await written("no_subtitles.jsonl", "");
    await expect(TASKS.tvc.load({ valid: { annotations, subtitles: empty } }, "valid")).rejects.toMatchObject(
      { parts: { where: empty, received: "none at all" } },
    );
    const wrong = await written("how2_subtitles.jsonl", `{"vid_name": "another", "sub": []}\n`);
    await expect(TASKS.tvc.load({ valid: { annotations, subtitles: wrong } }, "valid")).rejects.toMatchObject(
      {
        kind: "data",
        parts: { where: wrong, expected: "some of the split's clips, such as show_clip_00" },
      },
    );
  });

  it("trains on one example per description", async () => {
    const split = await TASKS.tvc.load({ train: { annotations, subtitles } }, "train");
    const [first = "", second = ""] = TEXTS;
    const both = ["Ann opens a box. ", "A woman looks into a box"];
    const bob = "Bob runs down the stairs.";
    expect(split.examples).toEqual([
      { id: "100", images: ["show_clip_00"], prompt: first, references: both },
      { id: "101", images: ["show_clip_00"], prompt: first, references: both },
      { id: "90", images: ["show_clip_01"], prompt: second, references: [bob] },
    ]);
    expect([0, 1, 2].map((i) => split.target(i, RANDOM).text)).toEqual([...both, bob]);
    expect(() => split.target(3, RANDOM)).toThrow(RangeError);
    expect(split.form).toEqual({
      loss: "example-mean",
      limits: { source: 600, target: 20 },
      visual: "clip",
      answer: { kind: "text", beams: "config", maxLength: 20 },
    });
  });

  it("validates on one example per clip, with or without descriptions", async () => {
    const options = { behaviour: "improved", prompt: "" } as const;
    const files = [annotations, await withoutDescriptions()];
    for (const [i, file] of files.entries()) {
      const split = await TASKS.tvc.load({ valid: { annotations: file, subtitles } }, "valid", options);
      expect(split.examples.map(({ id, references }) => [id, references.length])).toEqual([
        ["9", i === 0 ? 2 : 0],
        ["7", i === 0 ? 1 : 0],
      ]);
      const texts = split.examples.map(({ prompt, spare = [0, 0] }) => [prompt, prompt.slice(...spare)]);
      expect(texts).toEqual([
        [TEXTS[0]?.replace("tvc: ", ""), "Ann : What is in it?"],
        [TEXTS[1]?.replace("tvc: ", ""), ""],
      ]);
    }
  });

  it("asks about a moment as it loads one", () => {
    const asked = { subtitles: [" Ann : What is in it?"], time: [35.73, 40.9] } as const;
    expect(TASKS.tvc.ask(asked, {})).toEqual({ prompt: TEXTS[0] });
    expect(() => TASKS.tvc.ask({ subtitles: [] }, {})).toThrow("the task tvc needs a time span");
  });

  it("scores each clip against all its descriptions, and each description alone", async () => {
    const split = await TASKS.tvc.load({ valid: { annotations } }, "valid");
    const texts = new Map([
      ["9", "A woman looks into a box…"], // the leaderboard makes a space of what is not ASCII
      ["7", "Bob runs up the stairs."],
    ]);
    const { headline, all, count, perItem } = split.score(texts);
    const clipLevel = captionScores(
      ["A woman looks into a box", "Bob runs up the stairs."],
      split.examples.map(({ references }) => references),
    );
    expect(headline).toEqual({ name: "CIDEr", value: 100 * clipLevel.corpus.CIDEr });
    expect(all).toMatchObject({ CIDEr: headline.value, Bleu_4: 100 * clipLevel.corpus.Bleu_4 });
    const single = captionScores(
      ["A woman looks into a box…", "A woman looks into a box…", "Bob runs up the stairs."],
      split.examples.flatMap(({ references }) => references),
    );
    expect(all["single_reference_CIDEr"]).toBeCloseTo(100 * single.corpus.CIDEr, 9);
    expect(all["single_reference_CIDEr"]).not.toBeCloseTo(headline.value, 1);
    expect(count).toBe(2);
    expect([...perItem]).toEqual([
      ["9", 100 * (clipLevel.perItem[0]?.CIDEr ?? 0)],
      ["7", 100 * (clipLevel.perItem[1]?.CIDEr ?? 0)],
    ]);
  });

  it("scores the training split's descriptions like its clips", async () => {
    const source = { train: { annotations }, valid: { annotations } };
    const train = await TASKS.tvc.load(source, "train");
    const valid = await TASKS.tvc.load(source, "valid");
    const [box, stairs] = ["a woman looks into a box", "bob runs up the stairs"];
    const byDescription = new Map([
      ["100", box],
      ["101", box],
      ["90", stairs],
    ]);
    const byClip = new Map([
      ["9", box],
      ["7", stairs],
    ]);
    const { all, count, perItem } = train.score(byDescription);
    expect(all).toEqual(valid.score(byClip).all);
    expect(count).toBe(3);
    expect(perItem.get("100")).toBe(perItem.get("101"));
    expect(train.resultFile(byDescription)).toBe(valid.resultFile(byClip));
  });

  it("writes a line a clip as the leaderboard takes it, times as they are in the annotations", async () => {
    const split = await TASKS.tvc.load({ test: { annotations: await withoutDescriptions() } }, "test");
    const texts = new Map([
      ["7", 'Bob says "no".'],
      ["9", "Ann"],
    ]);
    const file = await written("results.jsonl", split.resultFile(texts));
    expect(readFileSync(file, "utf8")).toBe(
      '{"vid_name": "show_clip_00", "clip_id": 9, "ts": [35.73, 40.9], "descs": [{"desc": "Ann"}]}\n' +
        '{"vid_name": "show_clip_01", "clip_id": 7, "ts": [0, 5.0], "descs": [{"desc": "Bob says \\"no\\"."}]}\n',
    );
    expect(await TASKS.tvc.readResults(file)).toEqual(texts);
    expect(() => split.score(texts)).toThrow("clip_id 9: this clip has no descriptions");
    expect(() => split.target(0, RANDOM)).toThrow("clip_id 9: this clip has no descriptions");
  });

  it("does not train on clips without descriptions", async () => {
    const source = { train: { annotations: await withoutDescriptions() } };
    await expect(TASKS.tvc.load(source, "train")).rejects.toMatchObject({ kind: "data" });
  });

  it("refuses submissions without a caption, or with two for a clip", async () => {
    for (const [content, where] of [
      ['{"clip_id": 1, "descs": []}', ":1, descs"],
      ['{"clip_id": 1}', ":1, descs"],
      ['{"clip_id": 1, "descs": [{"desc": "a"}]}\n{"clip_id": "1", "descs": [{"desc": "b"}]}', ", entry 1"],
    ] as const) {
      const file = await written("wrong.jsonl", content);
      await expect(TASKS.tvc.readResults(file)).rejects.toMatchObject({
        kind: "data",
        parts: { where: file + where },
      });
    }
  });
});

describe("yc2c", () => {
  it("knows no moments", async () => {
    const file = await written("yc2c.jsonl", YC2C);
    const split = await TASKS.yc2c.load({ valid: { annotations: file } }, "valid");
    expect(split.examples).toEqual([
      { id: "13447", images: ["abcDEF12345_3"], prompt: "[Subs]  yc2c: ", references: ["mix the flour"] },
    ]);
    expect(split.resultFile(new Map([["13447", "mix"]]))).toBe(
      '{"vid_name": "abcDEF12345_3", "clip_id": 13447, "descs": [{"desc": "mix"}]}\n',
    );
    expect(TASKS.yc2c.ask({ subtitles: ["now", " mix "] }, {}).prompt).toBe("[Subs] now mix yc2c: ");
    expect(() => TASKS.yc2c.ask({ time: [1, 2] }, {})).toThrow(
      "the task yc2c has no use for a time span\n  expected: subtitles (not needed)",
    );
  });
});

describe.skipIf(!existsSync(FIXTURES))("real clips (needs the shared annotations)", () => {
  it("scores published captions of YouCook2 as the leaderboard's scorer does", async () => {
    const { yc2c } = JSON.parse(readFileSync(`${FIXTURES}/expected.json`, "utf8")) as {
      yc2c: { clips: number; corpus: Readonly<Record<string, number>> };
    };
    const entry = await TASKS.yc2c.referenceSource([`${FIXTURES}/yc2c_val_subset.jsonl`], "valid");
    const split = await TASKS.yc2c.load({ valid: entry }, "valid");
    const { all, count, headline } = split.score(
      await TASKS.yc2c.readResults(`${FIXTURES}/yc2c_val_predictions.jsonl`),
    );
    expect(count).toBe(yc2c.clips);
    expect(new Set(split.examples.flatMap(({ images }) => images)).size).toBe(yc2c.clips);
    for (const [name, value] of Object.entries(yc2c.corpus)) {
      expect(Math.abs((all[name] ?? 0) - 100 * value), name).toBeLessThan(1e-6);
    }
    expect(headline).toEqual({ name: "CIDEr", value: all["CIDEr"] });
  });

  it("reads every clip of TVC", async () => {
    const split = await TASKS.tvc.load(
      { train: { annotations: `${FIXTURES}/tvc_val_partial.jsonl` } },
      "train",
    );
    expect(split.examples).toHaveLength(181);
    for (const { prompt } of split.examples) {
      expect(prompt).toMatch(/^\[Subs\] {2}\[TS\] \(\[\d+(\.\d+)?, \d+(\.\d+)?\]\) tvc: $/);
    }
  });
});
