import { open } from "node:fs/promises";
import { unreadable } from "./text-file.ts";

const MOST_BYTES = 4096;

/**
 * What a JSON file holds, by its first mark: a list, or an object (or one object a line); "other" for anything else.
 * Large files need not be read for that.
 *
 * @throws VlPetError "data" when the file cannot be read.
 */
export async function jsonStart(file: string): Promise<"list" | "object" | "other"> {
  const mark = (await firstBytes(file)).replace("\uFEFF", "").trimStart().slice(0, 1);
  return mark === "[" ? "list" : mark === "{" ? "object" : "other";
}

async function firstBytes(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(MOST_BYTES) });
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
}
