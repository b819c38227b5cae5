import { readFile } from "node:fs/promises";
import { VlPetError } from "../error.ts";

/** The text of a UTF-8 file, without a byte order mark. @throws VlPetError "data" when it cannot be read. */
export async function readText(file: string): Promise<string> {
  try {
    const content = await readFile(file, "utf8");
    return content.startsWith("\uFEFF") ? content.slice(1) : content;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** The error of a file that cannot be opened or read. */
export function unreadable(file: string, cause: unknown): VlPetError {
  return new VlPetError("data", "the file cannot be read", {
    where: file,
    received: cause instanceof Error ? cause.message : String(cause),
    fix: "check the path in the configuration",
    cause,
  });
}
