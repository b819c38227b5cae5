import { VlPetError } from "../../error.ts";
import { missingTensor } from "../missing-tensor.ts";
import { openRandomAccess, type RandomAccessFile } from "../random-access-file.ts";
import { elementsOf, tensorOver, type TensorData, type TensorFile } from "../tensor-data.ts";
import type { CheckpointParts } from "./checkpoint-parts.ts";
import { legacyCheckpoint } from "./legacy-checkpoint.ts";
import { sharedBuffers } from "./shared-buffers.ts";
import { stateDict, viewKey, type PytorchEntry } from "./state-dict.ts";
import { readStored } from "./stored-zip.ts";
import { gathered, isContiguous, viewed } from "./strided.ts";
import { zipCheckpoint } from "./zip-checkpoint.ts";

/**
 * An open PyTorch checkpoint. Tensors of one storage share one buffer while any of them is alive, so tied names cost
 * their memory once; treat `data` as read-only. Only views with strides of their own are copied.
 */
export interface PytorchFile extends TensorFile<PytorchEntry> {
  readonly format: "pytorch";
}

/** The first bytes of a zip archive. */
const ZIP = 0x04034b50;

/**
 * Opens a state dict written by `torch.save` (`.pth`, `.pt`, `.bin`; the zip format or the older one), or the weights of
 * a TorchScript program (`torch.jit.save`, as OpenAI's CLIP is published). Nothing in the file is executed; names outside a short allow-list are refused. Every tensor is checked against the file before any
 * is read. Throws kind "checkpoint".
 *
 * @example
 * const file = await openPytorch("LAST.pth");
 * const weight = asFloat32(await file.read("module.model.shared.weight"));
 * await file.close();
 */
export async function openPytorch(file: string): Promise<PytorchFile> {
  const source = await openRandomAccess(file);
  try {
    const start = await source.read(0, Math.min(4, source.size));
    const isZip = start.length === 4 && new DataView(start.buffer).getUint32(0, true) === ZIP;
    const parts = await (isZip ? zipCheckpoint(source) : legacyCheckpoint(source));
    return pytorchFile(source, parts);
  } catch (error) {
    await source.close();
    throw error;
  }
}

function pytorchFile(source: RandomAccessFile, parts: CheckpointParts): PytorchFile {
  const tensors = stateDict(parts, source.file);
  const read = tensorReader(source, parts.storages, tensors);
  return {
    format: "pytorch",
    file: source.file,
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

function tensorReader(
  source: RandomAccessFile,
  storages: CheckpointParts["storages"],
  tensors: ReadonlyMap<string, PytorchEntry>,
): (name: string) => Promise<TensorData> {
  const buffers = sharedBuffers();
  const stored = async (key: string): Promise<Uint8Array<ArrayBuffer>> => {
    const place = storages.get(key);
    if (place === undefined) throw new VlPetError("checkpoint", `no storage ${key}`, { where: source.file });
    return await buffers.get(JSON.stringify([key]), () => readStored(source, place, `storage ${key}`));
  };
  return async (name) => {
    const entry = tensors.get(name);
    if (entry === undefined) throw missingTensor(name, source.file, tensors.size);
    const elements = elementsOf(entry.shape) ?? 0;
    if (isContiguous(entry)) return viewed(entry, elements, await stored(entry.storage));
    const copy = await buffers.get(viewKey(entry), async () =>
      gathered(entry, elements, await stored(entry.storage)),
    );
    return tensorOver(entry.dtype, entry.shape, copy);
  };
}
