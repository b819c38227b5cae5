import { VlPetError } from "../error.ts";

/**
 * IEEE floats, little-endian, as the datatype message of an HDF5 object header describes them: class and bit fields,
 * bytes, bit offset, bits, place and width of exponent and fraction, bias (HDF5 file format, IV.A.2.d).
 */
const FLOAT32_MESSAGE = Buffer.from("11201f000400000000002000170800177f000000", "hex");
const FLOAT16_MESSAGE = Buffer.from("11200f0002000000000010000a05000a0f000000", "hex");

/** Where the superblock of version 0 says how long the file is. */
const END_OF_FILE = 40;
const SUPERBLOCK_VERSION = 8;

/**
 * Turns an HDF5 file with one contiguous float32 dataset at its end into one with a float16 dataset of the same shape
 * and these words: the library knows no way to create such a dataset. Four places differ: the type, the length of the
 * data, that of the file, and the data.
 */
export function withHalfWords(file: Uint8Array, words: Uint16Array): Uint8Array {
  const start = file.length - 2 * words.byteLength;
  const half = Buffer.from(file.subarray(0, start + words.byteLength));
  const header = half.subarray(0, start);
  header.set(FLOAT16_MESSAGE, onlyPlace(header, FLOAT32_MESSAGE));
  const extent = Buffer.alloc(16); // the contiguous layout: address and length
  extent.writeBigUInt64LE(BigInt(start));
  extent.writeBigUInt64LE(BigInt(2 * words.byteLength), 8);
  header.writeBigUInt64LE(BigInt(words.byteLength), onlyPlace(header, extent) + 8);
  if (header[SUPERBLOCK_VERSION] !== 0 || header.readBigUInt64LE(END_OF_FILE) !== BigInt(file.length)) {
    throw unknownLayout("superblock");
  }
  header.writeBigUInt64LE(BigInt(half.length), END_OF_FILE);
  half.set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), start);
  return half;
}

function onlyPlace(header: Buffer, pattern: Buffer): number {
  const place = header.indexOf(pattern);
  if (place === -1 || header.indexOf(pattern, place + 1) !== -1) throw unknownLayout("dataset's header");
  return place;
}

function unknownLayout(what: string): VlPetError {
  return new VlPetError(
    "data",
    `internal: the HDF5 library wrote another ${what} than float16 is made from`,
    {
      fix: "store float32, and report this",
    },
  );
}
