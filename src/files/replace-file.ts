import { randomBytes } from "node:crypto";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { VlPetError } from "../error.ts";

/**
 * Writes a file so that a reader sees the old content or the whole new one, whatever interrupts: `write` fills a
 * temporary file in the same folder, which reaches the disk before it takes the target's name. If anything fails the
 * temporary is removed and the target keeps its content; a killed process leaves `<file>.<pid>-<hex>.tmp` behind, and
 * nothing else. File-system failures throw kind "checkpoint"; what `write`
 * throws of its own passes through.
 */
export async function replaceFile(file: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
  try {
    const handle = await open(temporary, "wx");
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    if (!isSystemError(cause)) throw cause;
    throw new VlPetError("checkpoint", "cannot write the file", {
      where: file,
      received: cause.message,
      fix: "check that the folder exists, is writable and has free space",
      cause,
    });
  }
  await syncFolder(dirname(file));
}

/** Makes the rename itself durable. Some file systems cannot sync a folder; the data is safe there all the same. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  if (handle === undefined) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
