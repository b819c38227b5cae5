import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bartTokenizer } from "./bart-tokenizer.ts";
import { loadTokenizer } from "./load-tokenizer.ts";
import { GQA_PROMPT, PROMPTS } from "./prompts.ts";
import { t5Tokenizer } from "./t5-tokenizer.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tokenizer-"));
});
afterEach(() => rm(folder, { recursive: true }));

const PIECES = ["<s>", "<pad>", "</s>", "<unk>", "Ġ", "a", "c", "d", "g", "o", "t", "at", "cat", "Ġd", "Ġdo"];
const MERGES = ["a t", "c at", "Ġ d", "Ġd o"];

async function writeBart(pieces: readonly string[], merges: readonly string[]): Promise<void> {
  const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  await writeFile(join(folder, "vocab.json"), JSON.stringify(vocab));
  await writeFile(join(folder, "merges.txt"), `${["#version: 0.2", ...merges].join("\n")}\n`);
}

describe("bartTokenizer of a small vocabulary", () => {
  it("encodes and decodes with the learned pieces, without <mask>", async () => {
    await writeBart(PIECES, MERGES);
    const tokenizer = await bartTokenizer(folder);
    expect(tokenizer.vocabSize).toBe(215);
    expect(tokenizer.encode("cat dog")).toEqual([0, 12, 14, 8, 2]);
    expect(tokenizer.decode([0, 12, 14, 8, 2], { skipSpecial: true })).toBe("cat dog");
    expect(tokenizer.idOf("<vis_extra_id_0>")).toBe(214);
  });

  it("keeps what the vocabulary cannot spell as <unk>, and closes the space before a full stop", async () => {
    await writeBart([...PIECES, "."], MERGES);
    const tokenizer = await bartTokenizer(folder, { addedTokens: false });
    expect(tokenizer.encode("cab")).toEqual([0, 6, 5, 3, 2]);
    expect(tokenizer.decode([12, 4, 15])).toBe("cat.");
    expect(tokenizer.decode([999])).toBe("<unk>");
    expect(() => tokenizer.idOf("zebra")).toThrow('no token "zebra"');
  });

  it("works without the version line and with other line ends", async () => {
    await writeBart(PIECES, MERGES);
    await writeFile(join(folder, "merges.txt"), MERGES.join("\r\n"));
    expect((await bartTokenizer(folder)).encode("cat")).toEqual([0, 12, 2]);
  });

  it.each([
    ["ids with a hole", '{"<s>":0,"<pad>":1,"</s>":2,"<unk>":4}', "a b", "0 to 3, each once"],
    ["ids that are no numbers", '{"<s>":"x"}', "a b", "<s>: x"],
    ["no markers", '{"a":0}', "a b", "no <s>, <pad>, </s>, <unk>"],
    ["text that is not JSON", "{", "a b", "not JSON"],
    ["a list", "[]", "a b", "no object"],
    [
      "a merge of one piece",
      JSON.stringify({ "<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3 }),
      "ab",
      "line 1 is not a pair",
    ],
    [
      "a merge into nothing",
      JSON.stringify({ "<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3 }),
      "a b",
      "line 1 makes a piece",
    ],
  ])("refuses %s", async (_, vocab, merges, message) => {
    await writeFile(join(folder, "vocab.json"), vocab);
    await writeFile(join(folder, "merges.txt"), merges);
    await expect(bartTokenizer(folder)).rejects.toThrow(message);
    await expect(bartTokenizer(folder)).rejects.toMatchObject({ name: "VlPetError", kind: "data" });
  });
});

describe("loadTokenizer", () => {
  it("says what it looked for when the folder holds no tokenizer or does not exist", async () => {
    await writeFile(join(folder, "spiece.model"), "");
    await expect(loadTokenizer(folder)).rejects.toMatchObject({
      kind: "data",
      parts: { received: "spiece.model" },
    });
    await expect(loadTokenizer(join(folder, "nowhere"))).rejects.toThrow("vocab.json and merges.txt");
  });

  it("refuses a tokenizer.json of another model", async () => {
    await writeFile(
      join(folder, "tokenizer.json"),
      JSON.stringify({ model: { type: "BPE", vocab: { a: 0 } } }),
    );
    await expect(loadTokenizer(folder)).rejects.toThrow("no tokenizer of T5");
    await expect(t5Tokenizer(join(folder, "nowhere"))).rejects.toThrow("cannot be read");
  });
});

describe("PROMPTS", () => {
  it("keep the original's spelling of GQA and end in one space", () => {
    expect(GQA_PROMPT).toBe("gpa: ");
    for (const prompt of Object.values(PROMPTS)) expect(prompt).toMatch(/^[a-z0-9]+: $/);
  });
});
