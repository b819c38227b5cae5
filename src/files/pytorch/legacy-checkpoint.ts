import { VlPetError } from "../../error.ts";
import type { RandomAccessFile } from "../random-access-file.ts";
import { MAX_PICKLE, type CheckpointParts } from "./checkpoint-parts.ts";
import { described, isKind, short, type PickleStorage, type PickleValue } from "./pickle-value.ts";
import type { StoredBytes } from "./stored-zip.ts";
import { TORCH_RULES } from "./torch-globals.ts";
import { unpickle } from "./unpickle.ts";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/**
 * Takes apart the older format of `torch.save`: five pickles one after another (magic number, protocol, facts about
 * the machine, the object, the keys of its storages), then for each key the number of elements and the raw elements.
 * Throws kind "checkpoint".
 */
export async function legacyCheckpoint(source: RandomAccessFile): Promise<CheckpointParts> {
  const { file } = source;
  const bytes = await source.read(0, Math.min(source.size, MAX_PICKLE));
  if (bytes[0] !== 0x80) {
    const received = source.size === 0 ? "an empty file" : "neither a zip archive nor a pickle";
    throw damaged(file, "not a PyTorch checkpoint", received);
  }
  const seen = new Map<string, PickleStorage>();
  let position = 0;
  const next = (): PickleValue => {
    const { value, end } = unpickle(bytes, position, noting(seen), file);
    position = end;
    return value;
  };
  checkEqual(next(), MAGIC, file, "magic number");
  checkEqual(next(), PROTOCOL, file, "protocol");
  const machine = next();
  const order = isKind(machine, "dict") ? machine.entries.get("little_endian") : undefined;
  checkEqual(order, true, file, "byte order");
  const value = next();
  const keys = next();
  if (!isKind(keys, "list")) throw damaged(file, "the list of storages is missing", described(keys));
  return { value, storages: await located(source, keys.items, seen, position) };
}

/** The usual rules, which also note each storage: its element size is needed to find the next one. */
function noting(seen: Map<string, PickleStorage>): typeof TORCH_RULES {
  return {
    ...TORCH_RULES,
    persistent(id, fail) {
      const storage = TORCH_RULES.persistent(id, fail);
      if (isKind(storage, "storage")) seen.set(storage.key, storage);
      return storage;
    },
  };
}

async function located(
  source: RandomAccessFile,
  keys: readonly PickleValue[],
  seen: ReadonlyMap<string, PickleStorage>,
  start: number,
): Promise<ReadonlyMap<string, StoredBytes>> {
  const storages = new Map<string, StoredBytes>();
  let position = start;
  for (const key of keys) {
    const storage = typeof key === "string" ? seen.get(key) : undefined;
    if (storage === undefined || storages.has(storage.key)) {
      throw damaged(source.file, "a storage that no tensor uses, or one given twice", described(key));
    }
    const count = new DataView((await source.read(position, 8)).buffer).getBigUint64(0, true);
    const { byteLength, elements } = storage;
    if (Number(count) !== elements) {
      throw damaged(
        source.file,
        `storage ${short(storage.key)} has another length than its tensors say`,
        String(count),
      );
    }
    storages.set(storage.key, { offset: position + 8, byteLength });
    position += 8 + byteLength;
  }
  if (position !== source.size) {
    throw damaged(
      source.file,
      "the file does not end with its last storage",
      `${source.size} bytes, not ${position}`,
    );
  }
  return storages;
}

function checkEqual(value: PickleValue | undefined, expected: PickleValue, file: string, what: string): void {
  if (value !== expected) throw damaged(file, `not a PyTorch checkpoint: wrong ${what}`, described(value));
}

function damaged(file: string, summary: string, received: string): VlPetError {
  return new VlPetError("checkpoint", summary, {
    where: file,
    received,
    fix: "check the path, copy or download the file again, or save it anew with torch.save",
  });
}
