import { rename, rm, writeFile } from "node:fs/promises";
import { VlPetError } from "../error.ts";

let serial = 0;

/**
 * Writes a whole file under a temporary name beside it and renames it into place, so that a reader (or a run that
 * was stopped) never sees half a file.
 *
 * @throws VlPetError "data" when the folder is missing or cannot be written.
 */
export async function replaceFile(file: string, contents: string | Uint8Array): Promise<void> {
  serial += 1;
  const temporary = `${file}.${process.pid}-${serial}.tmp`;
  try {
    await writeFile(temporary, contents);
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new VlPetError("data", "the file cannot be written", {
      where: file,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "check that its folder exists, may be written to and has room",
      cause,
    });
  }
}
