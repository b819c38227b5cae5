import { VlPetError } from "../../error.ts";
import { bytesPerElement, elementsOf, type TensorEntry } from "../tensor-data.ts";
import type { CheckpointParts } from "./checkpoint-parts.ts";
import { described, isKind, short, type PickleTensor, type PickleValue } from "./pickle-value.ts";
import type { StoredBytes } from "./stored-zip.ts";
import { isContiguous, reach, type Strided } from "./strided.ts";

/**
 * A tensor of a PyTorch checkpoint: a view of the storage with that key. Offset and strides count elements. Names
 * with the same storage, offset, shape and stride are tied: one tensor under several names.
 */
export interface PytorchEntry extends TensorEntry, Strided {
  readonly storage: string;
}

/** Strided views are copied when read; together they may take at most this many times the size of the storages. */
const MAX_COPIES = 4;

/**
 * The tensors of a state dict, each checked against its storage. Throws kind "checkpoint" if the value is no flat
 * dict of tensors or a tensor does not fit its storage.
 */
export function stateDict(
  { value, storages }: CheckpointParts,
  file: string,
): ReadonlyMap<string, PytorchEntry> {
  if (!isKind(value, "dict")) throw notStateDict(file, described(value));
  const tensors = new Map<string, PytorchEntry>();
  for (const [name, tensor] of value.entries) {
    if (typeof name !== "string") throw notStateDict(file, `the key ${described(name)}`);
    if (!isKind(tensor, "tensor")) throw notStateDict(file, `${short(name)}: ${described(tensor)}`, tensor);
    tensors.set(name, checkedEntry(tensor, storages, `${file}: tensor ${short(JSON.stringify(name))}`));
  }
  checkCopies(tensors, storages, file);
  return tensors;
}

function checkedEntry(
  { storage, dtype, offset, shape, stride }: PickleTensor,
  storages: ReadonlyMap<string, StoredBytes>,
  where: string,
): PytorchEntry {
  const stored = storages.get(storage.key);
  if (stored?.byteLength !== storage.byteLength) {
    const received = stored === undefined ? "no such storage" : `${stored.byteLength} bytes`;
    throw misfit(
      where,
      "its storage is missing or has another size",
      `${storage.byteLength} bytes`,
      received,
    );
  }
  if (storage.element !== "bytes" && storage.element !== dtype) {
    throw misfit(where, "tensor and storage differ in element type", storage.element, dtype);
  }
  if (shape.length !== stride.length) {
    throw misfit(
      where,
      "shape and stride differ in length",
      `${shape.length} strides`,
      String(stride.length),
    );
  }
  const view = { dtype, offset, shape, stride };
  const available = Math.floor(stored.byteLength / bytesPerElement(dtype));
  const elements = elementsOf(shape);
  const end = elements === 0 ? offset : reach(view);
  if (elements === undefined || elements > available || !(end <= available)) {
    const received = `shape [${shape.join(", ")}], stride [${stride.join(", ")}], offset ${offset}`;
    throw misfit(where, "more elements than its storage holds", `at most ${available}`, short(received));
  }
  return { ...view, storage: storage.key };
}

/** Copies of overlapping views could multiply a small file; honest ones, such as transposed weights, do not. */
function checkCopies(
  tensors: ReadonlyMap<string, PytorchEntry>,
  storages: ReadonlyMap<string, StoredBytes>,
  file: string,
): void {
  const copies = new Map<string, number>();
  for (const entry of tensors.values()) {
    if (!isContiguous(entry))
      copies.set(viewKey(entry), (elementsOf(entry.shape) ?? 0) * bytesPerElement(entry.dtype));
  }
  const stored = sum([...storages.values()].map(({ byteLength }) => byteLength));
  if (sum(copies.values()) > MAX_COPIES * stored) {
    throw misfit(file, "strided views of the storages are many times their size", `${stored} bytes`, "more");
  }
}

function sum(sizes: Iterable<number>): number {
  let total = 0;
  for (const size of sizes) total += size;
  return total;
}

/** Equal for tied names and for nothing else. */
export function viewKey({ storage, dtype, offset, shape, stride }: PytorchEntry): string {
  return JSON.stringify([storage, dtype, offset, shape, stride]);
}

function notStateDict(file: string, received: string, value?: PickleValue): VlPetError {
  return new VlPetError("checkpoint", "not a state dict", {
    where: file,
    expected: "a dict from names to tensors",
    received,
    fix: isKind(value, "dict")
      ? "save the inner dict alone: torch.save(checkpoint[that name], path)"
      : "save it with torch.save(model.state_dict(), path)",
  });
}

function misfit(where: string, summary: string, expected: string, received: string): VlPetError {
  const fix = "the file is damaged: copy or download it again, or save contiguous tensors with torch.save";
  return new VlPetError("checkpoint", summary, { where, expected, received, fix });
}
