import { open, stat, type FileHandle } from "node:fs/promises";
import { VlPetError } from "../error.ts";

/** Most bytes asked of the system at once; it refuses requests of 2 GiB and more. */
const CHUNK = 2 ** 30;

/** A file open for reading at any position; only what is asked for enters memory, so its size does not matter. */
export interface RandomAccessFile {
  readonly file: string;
  /** Size in bytes when it was opened. */
  readonly size: number;
  /** Exactly `length` bytes from `offset`, in a buffer of their own. Throws kind "checkpoint" if they are not there. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Closing twice is allowed. */
  close(): Promise<void>;
}

/** Opens a regular file. Throws kind "checkpoint" if it is missing, unreadable or no regular file. */
export async function openRandomAccess(file: string): Promise<RandomAccessFile> {
  const handle = await openRegular(file);
  const { size } = await handle.stat();
  let isOpen = true;
  return {
    file,
    size,
    async read(offset, length) {
      if (!isOpen) {
        throw new VlPetError("checkpoint", "file is already closed", {
          where: file,
          fix: "read the tensors you need before calling close()",
        });
      }
      if (!(offset >= 0 && length >= 0 && offset + length <= size))
        throw pastEnd(file, offset + length, size);
      const bytes = allocated(file, length);
      await fill(handle, bytes, offset, file);
      return bytes;
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await handle.close();
    },
  };
}

async function openRegular(file: string): Promise<FileHandle> {
  try {
    // Asked before opening: opening a named pipe would wait for a writer.
    if ((await stat(file)).isFile()) return await open(file, "r");
  } catch (cause) {
    throw new VlPetError("checkpoint", "cannot open the file", {
      where: file,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "check the path and the permissions",
      cause,
    });
  }
  throw new VlPetError("checkpoint", "not a regular file", { where: file, fix: "name a checkpoint file" });
}

function allocated(file: string, length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new VlPetError("checkpoint", "one tensor is too large for this process", {
      where: file,
      received: `${length} bytes`,
      fix: "use a machine with more memory or a newer Node.js",
      cause,
    });
  }
}

async function fill(handle: FileHandle, bytes: Uint8Array, offset: number, file: string): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(CHUNK, bytes.length - done);
    const { bytesRead } = await handle.read(bytes, done, length, offset + done);
    if (bytesRead === 0) throw pastEnd(file, offset + bytes.length, offset + done);
    done += bytesRead;
  }
}

function pastEnd(file: string, needed: number, size: number): VlPetError {
  return new VlPetError("checkpoint", "file ends too early", {
    where: file,
    expected: `at least ${needed} bytes`,
    received: `${size} bytes`,
    fix: "the file is truncated or was changed while open: copy or download it again",
  });
}
