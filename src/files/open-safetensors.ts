import { VlPetError } from "../error.ts";
import { missingTensor } from "./missing-tensor.ts";
import { openRandomAccess, type RandomAccessFile } from "./random-access-file.ts";
import {
  MAX_HEADER,
  safetensorsHeader,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from "./safetensors-header.ts";
import { tensorOver, type TensorData, type TensorFile } from "./tensor-data.ts";

/** An open `.safetensors` file. */
export interface SafetensorsFile extends TensorFile<SafetensorsEntry> {
  readonly format: "safetensors";
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes of the little-endian header length that a file starts with. */
const PREFIX = 8;

/**
 * Opens a safetensors file and checks its whole header. Tensors are read by position, so files may be larger than
 * memory. Throws kind "checkpoint" for anything the format does not allow.
 * Source: the format description at https://huggingface.co/docs/safetensors.
 *
 * @example
 * const file = await openSafetensors("model.safetensors");
 * const weight = asFloat32(await file.read("shared.weight"));
 * await file.close();
 */
export async function openSafetensors(file: string): Promise<SafetensorsFile> {
  const source = await openRandomAccess(file);
  try {
    return safetensorsFile(source, await readHeader(source));
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function readHeader(source: RandomAccessFile): Promise<SafetensorsHeader> {
  const { file, size } = source;
  if (size < PREFIX) throw badHeader(file, `${PREFIX} bytes of header length`, `a file of ${size} bytes`);
  const prefix = await source.read(0, PREFIX);
  const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  if (length > MAX_HEADER)
    throw badHeader(file, `a header of at most ${MAX_HEADER} bytes`, `${length} bytes`);
  if (PREFIX + length > size) {
    throw badHeader(file, `a header inside the file of ${size} bytes`, `a header of ${length} bytes`);
  }
  const bytes = await source.read(PREFIX, length);
  return safetensorsHeader(bytes, PREFIX + length, size, file);
}

function badHeader(file: string, expected: string, received: string): VlPetError {
  return new VlPetError("checkpoint", "not a safetensors file, or a truncated one", {
    where: file,
    expected,
    received,
    fix: "check the path, or copy or download the file again",
  });
}

function safetensorsFile(source: RandomAccessFile, header: SafetensorsHeader): SafetensorsFile {
  const { metadata, tensors } = header;
  const read = async (name: string): Promise<TensorData> => {
    const entry = tensors.get(name);
    if (entry === undefined) throw missingTensor(name, source.file, tensors.size);
    const bytes = await source.read(entry.offset, entry.byteLength);
    return tensorOver(entry.dtype, entry.shape, bytes);
  };
  return {
    format: "safetensors",
    file: source.file,
    metadata,
    tensors,
    read,
    async readAll() {
      const all = new Map<string, TensorData>();
      for (const name of tensors.keys()) all.set(name, await read(name));
      return all;
    },
    close: () => source.close(),
  };
}
