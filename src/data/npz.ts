import { crc32, inflateRawSync } from "node:zlib";
import { type Entry, fromBufferPromise, type ZipFile } from "yauzl";
import { VlPetError } from "../error.ts";

const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

/** More than this is a damaged header: a clip's features take some hundred kilobytes. */
const LARGEST_BYTES = 2 ** 28;

/**
 * The bytes of the array `name` in a NPZ file (a zip archive of NPY files), stored or deflated, checked against their
 * CRC-32.
 *
 * @throws VlPetError "data" naming `imageId` and `file` when the archive is damaged or has no such array.
 */
export async function npzArray(
  bytes: Uint8Array,
  name: string,
  imageId: string,
  file: string,
): Promise<Uint8Array> {
  try {
    const zip = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      strictFileNames: true,
    });
    const names: string[] = [];
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName === `${name}.npy`) return await entryBytes(zip, entry, bytes);
      names.push(entry.fileName.replace(/\.npy$/, ""));
    }
    throw new VlPetError("data", `the file has no features of image ${imageId}`, {
      where: file,
      expected: `an array named ${name}`,
      received: names.length === 0 ? "an empty archive" : names.join(", "),
      fix: `save it again with numpy.savez(file, ${name}=array)`,
    });
  } catch (cause) {
    if (cause instanceof VlPetError) throw cause;
    throw new VlPetError("data", `the features of image ${imageId} are damaged or not NPZ`, {
      where: file,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "copy or extract the file again",
      cause,
    });
  }
}

async function entryBytes(zip: ZipFile, entry: Entry, archive: Uint8Array): Promise<Uint8Array> {
  const { compressionMethod: method, compressedSize, uncompressedSize } = entry;
  if (entry.generalPurposeBitFlag & ENCRYPTED) throw new Error("the entry is encrypted");
  if (uncompressedSize > LARGEST_BYTES) throw new Error(`an array of ${uncompressedSize} bytes`);
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const packed = archive.subarray(fileDataStart, fileDataStart + compressedSize);
  if (packed.length !== compressedSize) throw new Error("the archive ends too early");
  if (method !== STORED && method !== DEFLATED) throw new Error(`compression method ${method}`);
  const bytes = method === STORED ? packed : inflateRawSync(packed, { maxOutputLength: LARGEST_BYTES });
  if (bytes.length !== uncompressedSize || crc32(bytes) !== entry.crc32)
    throw new Error("the bytes do not match their checksum");
  return bytes;
}
