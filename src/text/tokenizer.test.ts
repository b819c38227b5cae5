import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { IMAGE_REGION_TOKENS, TEXT_SPAN_TOKENS } from "./added-tokens.ts";
import { bartTokenizer } from "./bart-tokenizer.ts";
import { loadTokenizer } from "./load-tokenizer.ts";
import { PROMPTS } from "./prompts.ts";
import { t5Tokenizer } from "./t5-tokenizer.ts";

const FIXTURES = "../shared/fixtures/tokenizers";
const BART = `${FIXTURES}/bart-base`;
const T5 = `${FIXTURES}/t5-base`;

interface Case {
  readonly id: string;
  readonly text: string;
  readonly ids: readonly number[];
  readonly decoded: string;
}

function cases(folder: string): readonly Case[] {
  if (!existsSync(folder)) return [];
  return (JSON.parse(readFileSync(`${folder}/conformance.json`, "utf8")) as { cases: readonly Case[] }).cases;
}

describe.skipIf(!existsSync(BART))("tokenizer of bart-base (needs the shared tokenizer files)", () => {
  it("gives the ids and texts of the Python tokenizer", async () => {
    const tokenizer = await bartTokenizer(BART);
    for (const { id, text, ids, decoded } of cases(BART)) {
      expect(tokenizer.encode(text), id).toEqual(ids);
      expect(tokenizer.decode(ids, { skipSpecial: true }), id).toBe(decoded);
    }
  });

  it("has the markers and the 200 added tokens of the original", async () => {
    const tokenizer = await bartTokenizer(BART);
    expect(tokenizer).toMatchObject({ vocabSize: 50465, bosId: 0, padId: 1, eosId: 2, decoderStartId: 2 });
    expect(tokenizer.idOf("<extra_id_99>")).toBe(50265);
    for (const i of [0, 42, 99]) expect(tokenizer.idOf(`<vis_extra_id_${i}>`)).toBe(50464 - i);
    expect((await bartTokenizer(BART, { addedTokens: false })).vocabSize).toBe(50265);
  });

  it("makes the trailing space of a prompt a token of its own", async () => {
    const tokenizer = await bartTokenizer(BART);
    expect(tokenizer.encode(PROMPTS.caption)).toEqual([0, 3245, 24802, 35, 1437, 2]);
  });

  it("cuts on the right and keeps the closing marker", async () => {
    const tokenizer = await bartTokenizer(BART);
    const whole = tokenizer.encode("a man rides a wave on a surfboard");
    expect(tokenizer.encode("a man rides a wave on a surfboard", { maxLength: 5 })).toEqual([
      ...whole.slice(0, 4),
      2,
    ]);
    expect(tokenizer.encode("a man", { maxLength: 4 })).toEqual(tokenizer.encode("a man"));
    expect(tokenizer.encode("a man", { maxLength: 2 })).toEqual([0, 2]);
    expect(() => tokenizer.encode("a man", { maxLength: 1 })).toThrow("at least 2");
  });

  it("leaves out padding, markers and added tokens when asked to", async () => {
    const tokenizer = await bartTokenizer(BART);
    const ids = [2, ...tokenizer.encode("net"), tokenizer.idOf("<vis_extra_id_7>"), 1, 1];
    expect(tokenizer.decode(ids, { skipSpecial: true })).toBe("net");
    expect(tokenizer.decode(ids)).toBe("</s><s>net</s><vis_extra_id_7><pad><pad>");
    expect(tokenizer.decode([1, 2], { skipSpecial: true })).toBe("");
    expect(tokenizer.decode([])).toBe("");
  });

  it("takes special tokens in a text for what they are", async () => {
    const tokenizer = await bartTokenizer(BART);
    const ids = tokenizer.encode("denoise text: <mask> <extra_id_0> x");
    expect(ids).toContain(50264);
    expect(ids).toContain(tokenizer.idOf("<extra_id_0>"));
  });
});

describe.skipIf(!existsSync(T5))("tokenizer of t5-base (needs the shared tokenizer files)", () => {
  it("gives the ids and texts of the Python tokenizer", async () => {
    const tokenizer = await t5Tokenizer(T5);
    for (const { id, text, ids, decoded } of cases(T5)) {
      expect(tokenizer.encode(text), id).toEqual(ids);
      expect(tokenizer.decode(ids, { skipSpecial: true }), id).toBe(decoded);
    }
  });

  it("has the extra ids as pieces and the image region ids after them", async () => {
    const tokenizer = await t5Tokenizer(T5);
    expect(tokenizer).toMatchObject({
      vocabSize: 32200,
      bosId: undefined,
      padId: 0,
      eosId: 1,
      decoderStartId: 0,
    });
    expect(TEXT_SPAN_TOKENS.map((token) => tokenizer.idOf(token))).toEqual(
      TEXT_SPAN_TOKENS.map((_, i) => 32000 + i),
    );
    expect(IMAGE_REGION_TOKENS.map((token) => tokenizer.idOf(token))).toEqual(
      IMAGE_REGION_TOKENS.map((_, i) => 32100 + i),
    );
  });

  it("cuts on the right and keeps the closing marker", async () => {
    const tokenizer = await t5Tokenizer(T5);
    const whole = tokenizer.encode("a man rides a wave");
    expect(tokenizer.encode("a man rides a wave", { maxLength: 3 })).toEqual([...whole.slice(0, 2), 1]);
    expect(tokenizer.encode("a man", { maxLength: 1 })).toEqual([1]);
  });
});

describe.skipIf(!existsSync(BART))("loadTokenizer (needs the shared tokenizer files)", () => {
  it("recognises each tokenizer by its files", async () => {
    expect((await loadTokenizer(BART)).vocabSize).toBe(50465);
    expect((await loadTokenizer(BART, { addedTokens: false })).vocabSize).toBe(50265);
    expect((await loadTokenizer(T5)).vocabSize).toBe(32200);
  });
});
