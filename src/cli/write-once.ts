import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { VlPetError } from "../error.ts";

/** What became of a file: written anew, or there already with the same content. */
export type Written = "written" | "same";

/**
 * Writes a file from pieces under a temporary name and renames it into place. A file that is there already stays as it
 * is: with the same content that is what was wanted, with another it is an error, unless it may be replaced.
 *
 * @throws VlPetError "data" when there is a file of other content, or it cannot be written; and what `pieces` throws.
 */
export async function writeOnce(
  file: string,
  pieces: AsyncIterable<string | Uint8Array>,
  { replace }: { readonly replace: boolean },
): Promise<Written> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await writePieces(temporary, pieces);
    if (!existsSync(file)) await rename(temporary, file);
    else if (await haveSameContent(temporary, file)) return "same";
    else if (replace) await rename(temporary, file);
    else throw otherContent(file);
    return "written";
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new VlPetError("data", "the file cannot be written", {
      where: file,
      received: cause.message,
      fix: "check that its folder may be written to and has room",
      cause,
    });
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writePieces(file: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const handle = await open(file, "w");
  try {
    for await (const piece of pieces) await handle.appendFile(piece);
  } finally {
    await handle.close();
  }
}

async function haveSameContent(one: string, other: string): Promise<boolean> {
  const [left, right] = await Promise.all([one, other].map((file) => stat(file)));
  if (left?.size !== right?.size) return false;
  return (await contentHash(one)) === (await contentHash(other));
}

async function contentHash(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

function otherContent(file: string): VlPetError {
  return new VlPetError("data", "there is a file of other content in this place", {
    where: file,
    fix: "name another folder with --output, move the file away, or replace it with --overwrite",
  });
}
