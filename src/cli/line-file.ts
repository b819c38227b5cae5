import { mkdir, open, readFile, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { VlPetError } from "../error.ts";

/** A file of JSON lines that grows; what is in it when it is opened stays. */
export interface LineFile {
  /** The lines that were there, complete ones only. */
  readonly lines: readonly string[];
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file to go on writing after its last complete line; a line that was cut short is left out. Makes the file and
 * its folder if they are not there.
 *
 * @throws VlPetError "data" when it cannot be written.
 */
export async function openLineFile(file: string): Promise<LineFile> {
  const handle = await opened(file);
  try {
    const content = await readFile(file);
    const end = content.lastIndexOf("\n") + 1;
    await handle.truncate(end);
    const lines = content.subarray(0, end).toString("utf8").split("\n").slice(0, -1);
    return { lines, append: (text) => handle.appendFile(text), close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function opened(file: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(file), { recursive: true });
    return await open(file, "a");
  } catch (cause) {
    throw new VlPetError("data", "the file cannot be written", {
      where: file,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "check that its folder may be written to and has room",
      cause,
    });
  }
}
