import { VlPetError } from "../../error.ts";
import { itemHash, itemLength } from "./layout.ts";
import { openPackedStore, type PackedStore } from "./packed-store.ts";
import type { PackProgress } from "./pack.ts";

export interface VerifyOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PackProgress) => void;
}

/** What was checked. */
export interface VerifyReport {
  readonly count: number;
  readonly byteLength: number;
}

/**
 * Reads a whole packed store and compares every item with its hash (opening it has compared the header's and the
 * index's).
 *
 * @throws VlPetError "data" naming the first damaged images and their number; the signal's reason when it was aborted.
 */
export async function verifyPacked(file: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  const store = openPackedStore(file);
  try {
    const damaged = await damagedItems(store, options);
    const { ids, byteLength } = store;
    if (damaged.length === 0) return { count: ids.length, byteLength };
    const first = damaged.slice(0, 5).join(", ");
    throw new VlPetError("data", `${damaged.length} of ${ids.length} images are damaged`, {
      where: file,
      received: damaged.length > 5 ? `${first}, …` : first,
      fix: "copy the store again, or pack it again",
    });
  } finally {
    store.close();
  }
}

/** Items between two looks at what else there is to do. */
const AT_ONCE = 16;

async function damagedItems(store: PackedStore, { signal, onProgress }: VerifyOptions): Promise<string[]> {
  const { ids, layout } = store;
  const longest = ids.reduce((most, id) => Math.max(most, store.rowsOf(id)), 0);
  const buffer = new Uint8Array(itemLength(layout, longest));
  const damaged: string[] = [];
  let byteLength = 0;
  for (const [i, id] of ids.entries()) {
    if (i % AT_ONCE === 0) {
      await new Promise(setImmediate);
      signal?.throwIfAborted();
      onProgress?.({ done: i, total: ids.length, byteLength });
    }
    const { bytes, hash } = store.readRaw(id, buffer);
    if (!itemHash(bytes).equals(hash)) damaged.push(id);
    byteLength += bytes.length;
  }
  onProgress?.({ done: ids.length, total: ids.length, byteLength });
  return damaged;
}
