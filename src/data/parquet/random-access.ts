import { type FileHandle, open } from "node:fs/promises";
import type { AsyncBuffer } from "hyparquet";
import { VlPetError } from "../../error.ts";

/** An open file as the Parquet library reads it: slices, of which only what is asked for enters memory. */
export interface ParquetFile extends AsyncBuffer {
  readonly file: string;
  slice(start: number, end?: number): Promise<ArrayBuffer>;
  close(): Promise<void>;
}

/** @throws VlPetError "data" when the file cannot be opened. */
export async function openParquetFile(file: string): Promise<ParquetFile> {
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (cause) {
    throw new VlPetError("data", "the Parquet file cannot be opened", {
      where: file,
      received: String(cause),
      fix: "check the path and the permissions",
      cause,
    });
  }
  const { size: byteLength } = await handle.stat();
  return {
    file,
    byteLength,
    async slice(start, end = byteLength) {
      const inside = start >= 0 && end >= start && end <= byteLength;
      if (!inside) throw new RangeError(`bytes ${start} to ${end} of a file of ${byteLength}`);
      const bytes = new Uint8Array(end - start);
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
        if (bytesRead === 0) throw new RangeError("the file became shorter while it was read");
        done += bytesRead;
      }
      return bytes.buffer;
    },
    close: () => handle.close(),
  };
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
