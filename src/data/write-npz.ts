import { zipSync } from "fflate";
import { VlPetError } from "../error.ts";
import type { Features } from "./feature-source.ts";
import { type Precision, storedValues } from "./precision.ts";
import { replaceFile } from "./replace-file.ts";

/** The array's data begin at a multiple of this (numpy.lib.format). */
const ALIGNMENT = 64;
/** The earliest time that a zip archive can hold: the same features make the same file. */
const NO_TIME = new Date(1980, 0, 1);

/**
 * Writes features as the array `features` ([rows, width]) of a NPZ file, stored as `numpy.savez` does, replacing the
 * file as a whole.
 *
 * @throws VlPetError "shape" when `values` does not hold rows · width numbers, "data" when a value is too large for
 * float16 or the file cannot be written.
 */
export async function writeNpz(
  file: string,
  { rows, width, values }: Features,
  precision: Precision = "float32",
): Promise<void> {
  if (values.length !== rows * width) {
    throw new VlPetError("shape", "the features do not fill their shape", {
      where: file,
      expected: `${rows} rows of ${width} values`,
      received: `${values.length} values`,
    });
  }
  const npy = npyBytes([rows, width], storedValues(values, precision, file));
  await replaceFile(file, zipSync({ "features.npy": [npy, { level: 0, mtime: NO_TIME }] }));
}

/** A NPY file of format 1.0: magic, version, length of the header, header, little-endian data. */
function npyBytes(shape: readonly number[], values: Float32Array | Uint16Array): Uint8Array {
  const descr = values instanceof Float32Array ? "<f4" : "<f2";
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`;
  const before = 10; // magic, version, length
  const padded = ALIGNMENT * Math.ceil((before + header.length + 1) / ALIGNMENT);
  const bytes = new Uint8Array(padded + values.byteLength);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from("\u0093NUMPY\u0001\u0000", "latin1"));
  view.setUint16(8, padded - before, true);
  bytes.set(Buffer.from(`${header.padEnd(padded - before - 1)}\n`, "latin1"), before);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), padded);
  return bytes;
}
