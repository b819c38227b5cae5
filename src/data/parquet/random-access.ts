import { close, fstatSync, openSync, read } from "node:fs";
import { promisify } from "node:util";
import type { AsyncBuffer } from "hyparquet";
import { VlPetError } from "../../error.ts";

/** An open file as the Parquet library reads it: slices, of which only what is asked for enters memory. */
export interface ParquetFile extends AsyncBuffer {
  readonly file: string;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
  close(): Promise<void>;
}

const readSome = promisify(read);
const closeFile = promisify(close);

/**
 * A bare descriptor, because Node.js complains about file handles of sources that nobody closed.
 *
 * @throws VlPetError "data" when the file cannot be opened.
 */
export function openParquetFile(file: string): ParquetFile {
  const descriptor = opened(file);
  const { size: byteLength } = fstatSync(descriptor);
  const bytesBetween = async (start: number, end: number): Promise<ArrayBuffer> => {
    const isInside = start >= 0 && end >= start && end <= byteLength;
    if (!isInside) throw new RangeError(`bytes ${start} to ${end} of a file of ${byteLength}`);
    const bytes = new Uint8Array(end - start);
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await readSome(descriptor, bytes, done, bytes.length - done, start + done);
      if (bytesRead === 0) throw new RangeError("the file became shorter while it was read");
      done += bytesRead;
    }
    return bytes.buffer;
  };
  return {
    file,
    byteLength,
    slice(start, end = byteLength) {
      const bytes = bytesBetween(start, end);
      bytes.catch(() => undefined); // the library asks ahead, and may fail before it comes to look at the answer
      return bytes;
    },
    close: () => closeFile(descriptor),
  };
}

function opened(file: string): number {
  try {
    return openSync(file, "r");
  } catch (cause) {
    throw new VlPetError("data", "the Parquet file cannot be opened", {
      where: file,
      received: String(cause),
      fix: "check the path and the permissions",
      cause,
    });
  }
}

/** Failures of the Parquet library as VlPetError "data" about the file; ours pass through. */
export function parquetError(file: string, cause: unknown): VlPetError {
  if (cause instanceof VlPetError) return cause;
  return new VlPetError(
    "data",
    "the Parquet file is damaged, not Parquet, or of a kind that is not supported",
    {
      where: file,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "copy or download the file again, or write it with pyarrow's defaults",
      cause,
    },
  );
}
