import type { FileHandle } from "node:fs/promises";
import { VlPetError } from "../error.ts";
import { replaceFile } from "./replace-file.ts";
import { MAX_HEADER } from "./safetensors-header.ts";
import { bytesOf, bytesPerElement, elementsOf, type TensorData } from "./tensor-data.ts";

/** Most bytes handed to the system at once. */
const CHUNK = 2 ** 30;

/**
 * Writes a safetensors file, tensor after tensor without joining them in memory, under a temporary name that then
 * replaces `file` in one step. Tensors are laid out by falling element size, then by name, and the header is padded to
 * a multiple of 8 bytes, so that every tensor starts at a multiple of its element size; the format allows no gaps for
 * wider alignment. The same tensors and metadata always give the same bytes.
 * Throws kind "checkpoint" for a repeated or reserved name, a shape that does not fit its data, or a failing disk.
 */
export async function writeSafetensors(
  file: string,
  tensors: Iterable<readonly [name: string, tensor: TensorData]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const ordered = [...tensors].toSorted(layoutOrder);
  const head = header(ordered, metadata, file);
  await replaceFile(file, async (handle) => {
    await write(handle, head);
    for (const [, tensor] of ordered) await write(handle, bytesOf(tensor));
  });
}

type Named = readonly [name: string, tensor: TensorData];

function layoutOrder([name, a]: Named, [other, b]: Named): number {
  const bySize = bytesPerElement(b.dtype) - bytesPerElement(a.dtype);
  if (bySize !== 0) return bySize;
  return name < other ? -1 : Number(name > other);
}

/** Length prefix and padded JSON. */
function header(
  ordered: readonly Named[],
  metadata: Readonly<Record<string, string>>,
  file: string,
): Uint8Array {
  // A Map, not an object: a tensor may be called "__proto__" or "0", and the order must stay.
  const fields = new Map<string, string>();
  const labels = Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1));
  if (labels.length > 0) fields.set("__metadata__", JSON.stringify(Object.fromEntries(labels)));
  let end = 0;
  for (const [name, tensor] of ordered) {
    checkWritable(name, tensor, fields, file);
    const { dtype, shape, data } = tensor;
    const begin = end;
    end += data.byteLength;
    fields.set(name, JSON.stringify({ dtype, shape, data_offsets: [begin, end] }));
  }
  const json = `{${[...fields].map(([name, field]) => `${JSON.stringify(name)}:${field}`).join(",")}}`;
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > MAX_HEADER)
    throw unwritable(file, `header of ${length} bytes, more than the format's ${MAX_HEADER}`);
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}

function checkWritable(
  name: string,
  tensor: TensorData,
  fields: ReadonlyMap<string, string>,
  file: string,
): void {
  const where = `${file}: tensor ${JSON.stringify(name)}`;
  if (name === "__metadata__" || fields.has(name)) throw unwritable(where, "name is reserved or used twice");
  if (/\p{Surrogate}/u.test(name)) throw unwritable(where, "name is not valid Unicode");
  const { shape, data } = tensor;
  if (elementsOf(shape) !== data.length) {
    throw unwritable(where, `shape [${shape.join(", ")}] does not fit data of ${data.length} elements`);
  }
}

function unwritable(where: string, summary: string): VlPetError {
  return new VlPetError("checkpoint", summary, { where, fix: "correct the tensor before saving" });
}

async function write(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, Math.min(CHUNK, bytes.length - done));
    done += bytesWritten;
  }
}
