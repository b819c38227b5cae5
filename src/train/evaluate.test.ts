import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { BackboneConfig, type EncoderBatch } from "../backbones/index.ts";
import type { Answer, TaskSplit } from "../tasks/index.ts";
import type { Tokenizer } from "../text/index.ts";
import { type GenerationSettings, predictions, type PredictRequest } from "./evaluate.ts";
import type { SearchSettings } from "./generation/search.ts";
import { model } from "./model.ts";

const WORDS = ["true", "false"] as const;

/** Every letter is a token, and texts have markers as the family has them. */
function letters(family: "bart" | "t5"): Tokenizer {
  const bosId = family === "bart" ? 0 : undefined;
  return {
    vocabSize: 200,
    padId: 1,
    bosId,
    eosId: 2,
    decoderStartId: 2,
    encode: (text) => [...(bosId === undefined ? [] : [bosId]), ...Buffer.from(text), 2],
    decode: (ids) => String.fromCodePoint(...ids.filter((id) => id > 2)),
    idOf: (token) => token.codePointAt(0) ?? 3,
  };
}

interface Asked {
  readonly batch: EncoderBatch;
  readonly tokens: readonly number[];
}

/** A request for the answers to statements about two pictures each, and what the generator is asked. */
function request(
  family: "bart" | "t5",
  scores: readonly (readonly number[])[],
  words: Extract<Answer, { kind: "word" }>["words"] = WORDS,
): { readonly request: PredictRequest; readonly asked: readonly Asked[] } {
  const own = family === "bart" ? { maxPositions: 32 } : { headWidth: 4 };
  const sizes = { width: 8, heads: 2, ffnWidth: 8, vocabulary: 200, encoderLayers: 1, decoderLayers: 1 };
  const backbone = v.parse(BackboneConfig, { name: family, ...sizes, ...own, featureWidth: 3 });
  const examples = scores.map((_, i) => ({
    id: `dev-${i}-0-0`,
    images: [`${i}-img0`, `${i}-img1`],
    prompt: "ab",
    references: [],
  }));
  const form = {
    loss: "example-mean",
    limits: { source: Number.POSITIVE_INFINITY, target: Number.POSITIVE_INFINITY },
    visual: "images",
    answer: { kind: "word", words },
  } as const;
  const left = [...scores];
  const asked: Asked[] = [];
  const features = {
    describe: "made-up pictures",
    read: (id: string) =>
      Promise.resolve({
        rows: 1,
        width: 3,
        values: Float32Array.from([parseInt(id, 10), id.endsWith("1") ? 1 : 0, 7]),
      }),
    missing: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };
  return {
    asked,
    request: {
      reader: {
        model: model({ backbone, pet: { name: "bitfit" } }, ["nlvr"]),
        tokenizer: letters(family),
        visual: { regions: null, frames: 1, padding: "attended" },
      },
      generator: {
        generate: () => Promise.reject(new Error("nothing is to be written")),
        wordScores(batch, _, tokens) {
          asked.push({ batch, tokens });
          return Promise.resolve(left.splice(0, batch.inputIds.length));
        },
      },
      data: { split: { task: "nlvr", split: "valid", form, examples } as unknown as TaskSplit, features },
      settings: { beams: 5, noRepeatNgram: 3, earlyStopping: true, lengthPenalty: 1 },
      batchSize: 2,
    },
  };
}

describe("answers of one word", () => {
  it.each(["bart", "t5"] as const)("are the words whose first token %s finds likelier", async (family) => {
    const { request: made, asked } = request(family, [
      [1, 0],
      [-3, -2],
      [0.5, 0.5],
    ]);
    expect(await predictions(made)).toEqual(
      new Map([
        ["dev-0-0-0", "true"],
        ["dev-1-0-0", "false"],
        ["dev-2-0-0", "false"], // of equally likely ones the later
      ]),
    );
    const [first] = asked;
    expect(asked.map(({ batch }) => batch.inputIds.length)).toEqual([2, 1]);
    expect(first?.tokens).toEqual(["t", "f"].map((letter) => letter.codePointAt(0)));
    // The left picture first, then the right one, example by example.
    expect([...(first?.batch.features ?? [])]).toEqual([0, 0, 7, 0, 1, 7, 1, 0, 7, 1, 1, 7]);
  });

  it("cannot be told apart by the same first token", async () => {
    const { request: made } = request("bart", [[1, 0]], ["true", "tree"]);
    await expect(predictions(made)).rejects.toMatchObject({
      kind: "config",
      parts: { received: "true, tree" },
    });
  });
});

/** How a request's texts are searched for. */
async function searches(
  family: "bart" | "t5",
  beams: Extract<Answer, { kind: "text" }>["beams"],
  settings: Partial<GenerationSettings>,
): Promise<readonly SearchSettings[]> {
  const { request: made } = request(family, [[], [], []]);
  const { split, features } = made.data;
  const answer = { kind: "text", beams, maxLength: 20 } as const;
  const seen: SearchSettings[] = [];
  await predictions({
    ...made,
    data: { split: { ...split, form: { ...split.form, answer } }, features },
    settings: { ...made.settings, noRepeatNgram: null, earlyStopping: null, ...settings },
    generator: {
      ...made.generator,
      generate(batch, _, search) {
        seen.push(search);
        return Promise.resolve(batch.inputIds.map(() => [97]));
      },
    },
  });
  return seen;
}

describe("written answers", () => {
  it.each([
    ["bart", { noRepeatNgram: 3, earlyStopping: true, forceEnd: true }],
    ["t5", { noRepeatNgram: 0, earlyStopping: false, forceEnd: false }],
  ] as const)("are searched for as %s was published (spec: training §8)", async (family, habits) => {
    const own = { ...habits, maxLength: 20, lengthPenalty: 1 };
    expect(await searches(family, 1, {})).toEqual([
      { ...own, beams: 1 },
      { ...own, beams: 1 },
    ]);
    const [config] = await searches(family, "config", {});
    expect(config).toEqual({ ...own, beams: 5 });
  });

  it("are searched for as the run says, if it does", async () => {
    const [bart] = await searches("bart", "config", { noRepeatNgram: 0, earlyStopping: false, beams: 2 });
    expect(bart).toMatchObject({ noRepeatNgram: 0, earlyStopping: false, beams: 2 });
    const [t5] = await searches("t5", 1, { noRepeatNgram: 4, earlyStopping: true, lengthPenalty: 2 });
    expect(t5).toMatchObject({ noRepeatNgram: 4, earlyStopping: true, lengthPenalty: 2 });
  });
});
