import { readFile } from "node:fs/promises";
import { VlPetError } from "../error.ts";

/** An error about a tokenizer file; the fix is the same for all of them. */
export function tokenizerFileError(
  file: string,
  summary: string,
  received: string,
  cause?: unknown,
): VlPetError {
  return new VlPetError("data", summary, {
    where: file,
    received,
    fix: "copy the tokenizer files of the model again",
    cause,
  });
}

/** The text of a tokenizer file. @throws VlPetError "data" when it cannot be read. */
export async function readTokenizerText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw tokenizerFileError(file, "the tokenizer file cannot be read", String(cause), cause);
  }
}

/** The object in a JSON tokenizer file. @throws VlPetError "data" when the file cannot be read or holds no object. */
export async function readTokenizerJson(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readTokenizerText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw tokenizerFileError(file, "the tokenizer file is not JSON", String(cause), cause);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw tokenizerFileError(file, "the tokenizer file holds no object", text.slice(0, 40));
}
