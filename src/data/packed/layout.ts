import { createHash } from "node:crypto";
import { VlPetError } from "../../error.ts";

/**
 * A packed store is one file, little-endian throughout:
 *
 * | bytes | what |
 * | --- | --- |
 * | 0 … 4095 | header: magic "VLPACK01", value size (2: float16, 4: float32), width, whether there are boxes, number of items, position, length and hash of the index, hash of the header itself |
 * | 4096 … | items, each from a multiple of 64 bytes: rows · width values, then rows · 4 float32 of boxes if there are any |
 * | index | offsets (float64), rows (uint32), hashes (the first 8 bytes of the item's SHA-256), then the ids in UTF-8 with a line feed between two |
 *
 * The header is written last, so that an unfinished file is none. 49 rows of 2048 float16 are 49 pages of memory.
 */
export interface PackedLayout {
  readonly dtype: PackedType;
  /** Values in a row. */
  readonly width: number;
  /** Whether every item has boxes. */
  readonly hasBoxes: boolean;
}

export type PackedType = "float16" | "float32";

export interface PackedHeader extends PackedLayout {
  readonly count: number;
  readonly indexOffset: number;
  readonly indexLength: number;
  /** The first 16 bytes of the index's SHA-256, in hexadecimal. */
  readonly indexHash: string;
}

/** Items in the order in which they lie. */
export interface PackedIndex {
  readonly ids: readonly string[];
  /** Where each begins in the file. */
  readonly offsets: Float64Array;
  readonly rows: Uint32Array;
  /** 8 bytes each. */
  readonly hashes: Uint8Array;
}

/** Where the first item begins. */
export const DATA_OFFSET = 4096;
export const HASH_BYTES = 8;

const MAGIC = "VLPACK01";
const ALIGNMENT = 64;
const HEADER_HASH_AT = 64;
const INDEX_HASH_BYTES = 16;

export const VALUE_BYTES = { float16: 2, float32: 4 } as const satisfies Record<PackedType, number>;

/** Bytes of an item, without the gap to the next one. */
export function itemLength({ dtype, width, hasBoxes }: PackedLayout, rows: number): number {
  return rows * width * VALUE_BYTES[dtype] + (hasBoxes ? rows * 4 * 4 : 0);
}

/** The next position at which an item may begin. */
export function alignedOffset(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

export function itemHash(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest().subarray(0, HASH_BYTES);
}

export function headerBytes(header: PackedHeader): Uint8Array {
  const bytes = Buffer.alloc(DATA_OFFSET);
  bytes.write(MAGIC, 0, "latin1");
  bytes.writeUInt32LE(VALUE_BYTES[header.dtype], 8);
  bytes.writeUInt32LE(header.width, 12);
  bytes.writeUInt32LE(header.hasBoxes ? 1 : 0, 16);
  bytes.writeUInt32LE(header.count, 20);
  bytes.writeDoubleLE(header.indexOffset, 24);
  bytes.writeDoubleLE(header.indexLength, 32);
  bytes.write(header.indexHash, 40, "hex");
  itemHash(bytes.subarray(0, HEADER_HASH_AT)).copy(bytes, HEADER_HASH_AT);
  return bytes;
}

/** @throws VlPetError "data" when the bytes are no header, or a file of `size` bytes does not hold what it says. */
export function parsedHeader(bytes: Buffer, size: number, file: string): PackedHeader {
  if (bytes.length < DATA_OFFSET || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) {
    throw new VlPetError("data", "the file is no packed store, or an unfinished one", {
      where: file,
      expected: `a file that begins with ${MAGIC}`,
      received: size === 0 ? "an empty file" : `${size} bytes that begin with ${bytes.toString("hex", 0, 8)}`,
      fix: "make it with vlpet data pack; a run that was stopped goes on where it was",
    });
  }
  const hash = itemHash(bytes.subarray(0, HEADER_HASH_AT));
  if (!hash.equals(bytes.subarray(HEADER_HASH_AT, HEADER_HASH_AT + HASH_BYTES)))
    throw damagedStore(file, "its header does not match its checksum");
  const header: PackedHeader = {
    dtype: bytes.readUInt32LE(8) === 2 ? "float16" : "float32",
    width: bytes.readUInt32LE(12),
    hasBoxes: bytes.readUInt32LE(16) === 1,
    count: bytes.readUInt32LE(20),
    indexOffset: bytes.readDoubleLE(24),
    indexLength: bytes.readDoubleLE(32),
    indexHash: bytes.toString("hex", 40, 40 + INDEX_HASH_BYTES),
  };
  const end = header.indexOffset + header.indexLength;
  if (end !== size) throw damagedStore(file, `${size} bytes instead of ${end}`);
  return header;
}

export function indexBytes({ ids, offsets, rows, hashes }: PackedIndex): Buffer {
  const columns = [offsets, rows, hashes].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return Buffer.concat([...columns, Buffer.from(ids.join("\n"))]);
}

export function indexHash(bytes: Uint8Array): string {
  return createHash("sha256")
    .update(bytes)
    .digest("hex")
    .slice(0, 2 * INDEX_HASH_BYTES);
}

/** @throws VlPetError "data" when the bytes are not those that the header is about. */
export function parsedIndex(
  bytes: Uint8Array<ArrayBuffer>,
  { count, indexHash: hash }: Pick<PackedHeader, "count" | "indexHash">,
  file: string,
): PackedIndex {
  if (indexHash(bytes) !== hash) throw damagedStore(file, "its index does not match its checksum");
  const { buffer, byteOffset } = bytes;
  const idsAt = count * (8 + 4 + HASH_BYTES);
  const text = Buffer.from(buffer, byteOffset + idsAt, bytes.length - idsAt).toString("utf8");
  return {
    ids: text.split("\n"),
    offsets: new Float64Array(buffer, byteOffset, count),
    rows: new Uint32Array(buffer, byteOffset + count * 8, count),
    hashes: new Uint8Array(buffer, byteOffset + count * 12, count * HASH_BYTES),
  };
}

export function damagedStore(file: string, received: string): VlPetError {
  return new VlPetError("data", "the packed store is damaged or cut short", {
    where: file,
    received,
    fix: "copy it again, or pack it again",
  });
}
