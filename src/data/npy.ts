import { VlPetError } from "../error.ts";
import type { StoredFeatures } from "./feature-source.ts";

const MAGIC = "\u0093NUMPY";
const SAVE_AGAIN = "save it again with numpy.save as float16 or float32 of shape (rows, width)";

interface NpyHeader {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly end: number;
}

/**
 * The features in a NPY file of format 1, 2 or 3: a float16 or float32 array [rows, width] in C order, of either byte
 * order (format: numpy.lib.format).
 *
 * @param where - the file and, inside an archive, the entry
 * @throws VlPetError "data" naming `imageId` and `where` when the bytes are something else or cut short.
 */
export function npyFeatures(bytes: Uint8Array, imageId: string, where: string): StoredFeatures {
  const { descr, fortranOrder, shape, end } = npyHeader(bytes, imageId, where);
  const [rows, width] = shape;
  const type = /^([<>=|])f([24])$/.exec(descr);
  if (type === null || fortranOrder || shape.length !== 2 || rows === undefined || width === undefined) {
    throw new VlPetError("data", `the features of image ${imageId} have another layout`, {
      where,
      expected: "float16 or float32 of shape (rows, width) in C order",
      received: `'${descr}' of shape (${shape.join(", ")}) in ${fortranOrder ? "Fortran" : "C"} order`,
      fix: SAVE_AGAIN,
    });
  }
  const size = Number(type[2]);
  const byteLength = rows * width * size;
  if (bytes.length - end !== byteLength) {
    throw new VlPetError("data", `the features of image ${imageId} are cut short or too long`, {
      where,
      expected: `${byteLength} bytes for shape (${shape.join(", ")})`,
      received: `${bytes.length - end} bytes`,
      fix: "copy or extract the file again",
    });
  }
  const values = new Uint8Array(bytes.subarray(end)); // a copy is aligned
  if (type[1] === ">") swapBytes(values, size);
  const words = size === 2 ? new Uint16Array(values.buffer) : new Float32Array(values.buffer);
  return { rows, width, words };
}

function npyHeader(bytes: Uint8Array, imageId: string, where: string): NpyHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isNpy = bytes.length >= 12 && Buffer.from(bytes.subarray(0, 6)).toString("latin1") === MAGIC;
  const lengthBytes = bytes[6] === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  const length = !isNpy ? 0 : lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  const text = isNpy ? Buffer.from(bytes.subarray(start, start + length)).toString("latin1") : "";
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  if (descr !== undefined && order !== undefined && shape !== undefined && bytes.length >= start + length) {
    const sizes = shape.split(",").filter((size) => size.trim() !== "");
    return { descr, fortranOrder: order === "True", shape: sizes.map(Number), end: start + length };
  }
  throw new VlPetError("data", `the features of image ${imageId} are damaged or not NPY`, {
    where,
    expected: "the header of an array of numbers",
    received: isNpy ? `a header that reads ${JSON.stringify(text.slice(0, 80))}` : firstBytes(bytes),
    fix: SAVE_AGAIN,
  });
}

function firstBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  return `${bytes.length} bytes that begin with ${Buffer.from(bytes.subarray(0, 6)).toString("hex")}`;
}

function swapBytes(bytes: Uint8Array<ArrayBuffer>, size: number): void {
  const buffer = Buffer.from(bytes.buffer);
  if (size === 2) buffer.swap16();
  else buffer.swap32();
}
