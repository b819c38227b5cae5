import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTokenizer } from "../../test/cli/toy-run.ts";
import { TASKS } from "../tasks/index.ts";
import { bartTokenizer, type Tokenizer } from "../text/index.ts";
import { limited, sourceIds } from "./source-text.ts";

const BART = "../shared/fixtures/tokenizers/bart-base";

describe("limited", () => {
  it("leaves an infinite limit out", () => {
    expect(limited(20)).toEqual({ maxLength: 20 });
    expect(limited(Number.POSITIVE_INFINITY)).toEqual({});
  });
});

describe("sourceIds", () => {
  let folder = "";
  let letters: Tokenizer; // a token a byte, but for a few words
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "source-text-"));
    await writeTokenizer(folder);
    letters = await bartTokenizer(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  function text(prompt: string, limit: number, spare?: readonly [number, number]): string {
    const ids = sourceIds(letters, { prompt, ...(spare && { spare }) }, limit);
    expect(ids.length).toBeLessThanOrEqual(limit);
    return letters.decode(ids, { skipSpecial: true });
  }

  it("cuts a text at its end where nothing can be spared", () => {
    expect(text("abcdefgh", 6)).toBe("abcd");
    expect(text("abcdefgh", 10)).toBe("abcdefgh");
    expect(text("abcdefgh", Number.POSITIVE_INFINITY)).toBe("abcdefgh");
  });

  it("shortens what can be spared from the right, as little as is needed", () => {
    expect(text("ab-cdefg-hi", 13, [3, 8])).toBe("ab-cdefg-hi");
    expect(text("ab-cdefg-hi", 12, [3, 8])).toBe("ab-cdef-hi");
    expect(text("ab-cdefg-hi", 9, [3, 8])).toBe("ab-c-hi");
    expect(text("ab-cdefg-hi", 8, [3, 8])).toBe("ab--hi");
    expect(text("ab-cdefg-hi", Number.POSITIVE_INFINITY, [3, 8])).toBe("ab-cdefg-hi");
  });

  it("cuts the end too where that is not enough, or where there is nothing to spare", () => {
    expect(text("ab-cdefg-hi", 6, [3, 8])).toBe("ab--");
    expect(text("ab--hi", 6, [3, 3])).toBe("ab--");
  });

  it("leaves no half of a character behind", () => {
    const smiles = "😀😀😀";
    for (let limit = 9; limit < 18; limit++) {
      expect(text(`a${smiles}b`, limit, [1, 7])).toMatch(/^a😀*b$/u);
    }
  });
});

describe.skipIf(!existsSync(BART))("a talkative clip (needs the shared tokenizer files)", () => {
  const asked = {
    text: "Who opens the door?",
    time: [3.5, 9.25],
    choices: ["Ann.", "Bob", "Cy", "Dee", "Eve"],
    subtitles: Array.from({ length: 120 }, (_, i) => `Ann : I have said this ${i} times.`),
  } as const;
  const question =
    "[Q] Who opens the door? [TS] (3.5-9.25) [Choices] a0: Ann. a1: Bob. a2: Cy. a3: Dee. a4: Eve. tvqa: ";

  it("loses its question in the original, and keeps it in the improved behaviour", async () => {
    const tokenizer = await bartTokenizer(BART);
    const { source } = TASKS.tvqa.form({}).limits;
    const [original, improved] = (["original", "improved"] as const).map((behaviour) =>
      sourceIds(tokenizer, TASKS.tvqa.ask(asked, {}, { behaviour }), source),
    );
    const read = (ids: readonly number[] | undefined): string =>
      tokenizer.decode(ids ?? [], { skipSpecial: true });
    expect([original?.length, original?.at(-1)]).toEqual([600, tokenizer.eosId]);
    expect(read(original)).not.toContain("[Q]");
    expect(improved?.length).toBeGreaterThan(595);
    expect(improved?.length).toBeLessThanOrEqual(600);
    expect(read(improved)).toMatch(/^\[Subs\] Ann : I have said this 0 times\. Ann/);
    expect(read(improved).endsWith(` ${question}`)).toBe(true);
  });

  it("reads short texts in both alike", async () => {
    const tokenizer = await bartTokenizer(BART);
    const short = { ...asked, subtitles: asked.subtitles.slice(0, 3) };
    const [original, improved] = (["original", "improved"] as const).map((behaviour) =>
      sourceIds(tokenizer, TASKS.tvqa.ask(short, {}, { behaviour }), 600),
    );
    expect(improved).toEqual(original);
    expect(tokenizer.decode(original ?? [], { skipSpecial: true })).toBe(TASKS.tvqa.ask(short, {}).prompt);
  });
});
