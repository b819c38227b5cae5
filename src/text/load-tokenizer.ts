import { readdir } from "node:fs/promises";
import { VlPetError } from "../error.ts";
import { bartTokenizer } from "./bart-tokenizer.ts";
import { t5Tokenizer } from "./t5-tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * The tokenizer in `folder`, recognised by its files: `vocab.json` with `merges.txt` is BART's, otherwise
 * `tokenizer.json` is T5's. `addedTokens` is passed on to BART's.
 *
 * @throws VlPetError "data" when the folder holds neither, or what it holds is damaged.
 */
export async function loadTokenizer(
  folder: string,
  options: { readonly addedTokens?: boolean } = {},
): Promise<Tokenizer> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw noTokenizer(folder, String(cause), cause);
  });
  if (names.includes("vocab.json") && names.includes("merges.txt")) return bartTokenizer(folder, options);
  if (names.includes("tokenizer.json")) return t5Tokenizer(folder);
  throw noTokenizer(folder, names.length === 0 ? "an empty folder" : names.toSorted().slice(0, 8).join(", "));
}

function noTokenizer(folder: string, received: string, cause?: unknown): VlPetError {
  return new VlPetError("data", "there is no tokenizer in this folder", {
    where: folder,
    expected: "vocab.json and merges.txt (BART), or tokenizer.json (T5)",
    received,
    fix: "name the folder that holds the tokenizer files of the model",
    cause,
  });
}
