import { crc32 } from "node:zlib";
import type { FileHandle } from "node:fs/promises";
import { VlPetError } from "../../error.ts";
import { replaceFile } from "../replace-file.ts";
import { bytesOf, type TensorOf } from "../tensor-data.ts";
import { pickledStateDict, type PickledTensor } from "./pickled-state-dict.ts";
import { centralDirectory, localHeader, type ZipMember } from "./zip-writer.ts";

type Named = readonly [name: string, tensor: TensorOf<"F32">];

/** The zip format as written here has 32-bit sizes and offsets, and as many entries. */
const LIMIT = 2 ** 32 - 1;
const MAX_ENTRIES = 65_535;
const ROOT = "archive";

/** Arrays of the tensors, each once: names with one array share a storage, as tied weights do in PyTorch. */
function storages(tensors: readonly Named[]): readonly Float32Array<ArrayBuffer>[] {
  return [...new Set(tensors.map(([, { data }]) => data))];
}

function describedTensors(
  tensors: readonly Named[],
  arrays: readonly Float32Array[],
): readonly PickledTensor[] {
  const places = new Map(arrays.map((data, place) => [data, place]));
  return tensors.map(([name, { shape, data }]) => ({
    name,
    shape,
    storage: places.get(data) ?? 0,
    elements: data.length,
  }));
}

/**
 * Writes float32 tensors as `torch.save` writes a state dict: the zip format with one stored entry a storage, on the
 * CPU. `torch.load` and the original read it. Throws kind "checkpoint" beyond 4 GiB or when the disk fails.
 */
export async function writePytorch(file: string, tensors: readonly Named[]): Promise<void> {
  const arrays = storages(tensors);
  const size = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (size > LIMIT / 2 || arrays.length > MAX_ENTRIES - 2) {
    throw new VlPetError("checkpoint", "too much for a PyTorch file as it is written here", {
      where: file,
      expected: `at most 2 GiB in ${MAX_ENTRIES - 2} tensors`,
      received: `${size} bytes in ${arrays.length} tensors`,
      fix: "write a .safetensors file instead",
    });
  }
  const entries: (readonly [string, Uint8Array])[] = [
    ["data.pkl", pickledStateDict(describedTensors(tensors, arrays))],
    ["byteorder", new TextEncoder().encode("little")],
    ...arrays.map((data, place): [string, Uint8Array] => [
      `data/${place}`,
      bytesOf({ dtype: "F32", shape: [data.length], data }),
    ]),
    ["version", new TextEncoder().encode("3\n")],
  ];
  await replaceFile(file, (handle) => writeArchive(handle, entries));
}

async function writeArchive(
  handle: FileHandle,
  entries: readonly (readonly [name: string, data: Uint8Array])[],
): Promise<void> {
  const members: ZipMember[] = [];
  let offset = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.length - done);
      done += bytesWritten;
    }
    offset += bytes.length;
  };
  for (const [name, data] of entries) {
    const member: ZipMember = { name: `${ROOT}/${name}`, size: data.length, crc: crc32(data), offset };
    members.push(member);
    await write(localHeader(member));
    await write(data);
  }
  await write(centralDirectory(members, offset));
}
