import { crc32 } from "node:zlib";
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from "yauzl";
import { VlPetError, type ErrorParts } from "../../error.ts";
import type { RandomAccessFile } from "../random-access-file.ts";
import { short } from "./pickle-value.ts";

/** Where the bytes of something stored lie in its file. */
export interface StoredBytes {
  readonly offset: number;
  readonly byteLength: number;
  /** Their CRC-32, where the file tells it. */
  readonly crc32?: number;
}

/**
 * The entries of a zip archive (also zip64), by name, with the position of their bytes. Only plain archives are
 * accepted, as PyTorch writes them: no compression (so none can blow up), no encryption, no two entries with one
 * name or sharing bytes, no name that leaves the archive. The compressed code of a TorchScript program is left out,
 * unread. Throws kind "checkpoint".
 */
export async function storedEntries(source: RandomAccessFile): Promise<ReadonlyMap<string, StoredBytes>> {
  const { file } = source;
  const entries = new Map<string, StoredBytes>();
  const taken: Taken[] = [];
  try {
    const reader = new BlockReader(source);
    const zip = await fromRandomAccessReaderPromise(reader, source.size, {
      autoClose: false,
      strictFileNames: true,
    });
    if (zip.entryCount > MAX_ENTRIES) {
      throw damaged("too many entries", { where: file, received: String(zip.entryCount) });
    }
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName;
      if (entries.has(name)) throw damaged("two entries have one name", { where: `${file}: ${short(name)}` });
      const stored = await located(zip, entry, file);
      if (!PROGRAM.test(name)) entries.set(name, stored);
      const begin = entry.relativeOffsetOfLocalHeader;
      taken.push({ name, begin, end: stored.offset + entry.compressedSize });
    }
  } catch (cause) {
    if (cause instanceof VlPetError) throw cause;
    const received = short(cause instanceof Error ? cause.message : String(cause));
    throw damaged("the zip archive is damaged", { where: file, received, cause });
  }
  checkDisjoint(taken, file);
  return entries;
}

/** The bytes of one entry, checked against their CRC-32 (0 stands for "not computed", an option of PyTorch). */
export async function readStored(
  source: RandomAccessFile,
  stored: StoredBytes,
  what: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await source.read(stored.offset, stored.byteLength);
  if (stored.crc32 && crc32(bytes) !== stored.crc32) {
    throw damaged("the bytes do not match their checksum", { where: `${source.file}: ${short(what)}` });
  }
  return bytes;
}

/** More than any checkpoint has. */
const MAX_ENTRIES = 100_000;

const ENCRYPTED = 1;
const STORED = 0;
/** Source text of a TorchScript program. */
const PROGRAM = /^[^/]+\/code\//u;

async function located(zip: ZipFile, entry: Entry, file: string): Promise<StoredBytes> {
  const where = `${file}: ${short(entry.fileName)}`;
  const isCompressed = entry.compressionMethod !== STORED && !PROGRAM.test(entry.fileName);
  if (isCompressed || entry.generalPurposeBitFlag & ENCRYPTED) {
    throw damaged("the entry is compressed or encrypted, which PyTorch's tensors never are", { where });
  }
  const local = await zip.readLocalFileHeaderPromise(entry);
  if (!local.fileName.equals(entry.fileNameRaw)) {
    throw damaged("the archive's directory points at another entry", { where });
  }
  return { offset: local.fileDataStart, byteLength: entry.uncompressedSize, crc32: entry.crc32 };
}

interface Taken {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

function checkDisjoint(taken: readonly Taken[], file: string): void {
  let end = 0;
  for (const entry of taken.toSorted((a, b) => a.begin - b.begin)) {
    if (entry.begin < end)
      throw damaged("two entries share bytes", { where: `${file}: ${short(entry.name)}` });
    end = entry.end;
  }
}

function damaged(summary: string, parts: ErrorParts): VlPetError {
  return new VlPetError("checkpoint", summary, {
    fix: "copy or download the checkpoint again, or save it anew with torch.save",
    ...parts,
  });
}

/** Bytes read at once: headers are small and lie close together in the archive's directory. */
const BLOCK = 4096;

/** Lets the zip library read through our file, whose range checks turn forged offsets into plain errors. */
class BlockReader extends RandomAccessReader {
  readonly #source: RandomAccessFile;
  #block: Uint8Array = new Uint8Array();
  #start = 0;

  constructor(source: RandomAccessFile) {
    super();
    this.#source = source;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.#bytes(position, length).then(
      (bytes) => {
        buffer.set(bytes, offset);
        callback(null, length);
      },
      (error: unknown) => callback(error as Error),
    );
  }

  async #bytes(position: number, length: number): Promise<Uint8Array> {
    if (position < this.#start || position + length > this.#start + this.#block.length) {
      const wanted = Math.max(length, Math.min(BLOCK, this.#source.size - position));
      this.#block = await this.#source.read(position, wanted);
      this.#start = position;
    }
    return this.#block.subarray(position - this.#start, position - this.#start + length);
  }
}
