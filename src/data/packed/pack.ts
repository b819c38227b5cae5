import { VlPetError } from "../../error.ts";
import type { ListedSource, StoredFeatures } from "../feature-source.ts";
import type { PackedLayout, PackedType } from "./layout.ts";
import { addItem } from "./pack-item.ts";
import { finishedStore, type Homes, homesOf, idsLeft, type PackReport } from "./pack-plan.ts";
import { openPackedStore } from "./packed-store.ts";
import { UnfinishedStore } from "./unfinished-store.ts";

export interface PackOptions {
  /** How values are stored. Default float16, in which they are published; float32 values are rounded to it. */
  readonly dtype?: PackedType;
  /** Ends the work after the item at hand; a second call goes on from there. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PackProgress) => void;
}

export interface PackProgress {
  /** Items in the store, and items that there will be. */
  readonly done: number;
  readonly total: number;
  /** Bytes of data so far. */
  readonly byteLength: number;
}

/**
 * Writes the features of all images of some sources into one packed store (`layout.ts` has its format). Only a few
 * items are in memory at a time. What was written survives the end of the process at any moment: the next call with
 * the same sources checks it and goes on; the file gets its name when it is complete. If it exists and holds just these
 * images, nothing is done.
 *
 * @param file - must end in .vlpack
 * @throws VlPetError "data" naming the image when its features are damaged, of another width than the first, beyond the
 * range of float16, or in two sources; when the file exists with other images; and when it cannot be written. The
 * signal's reason when it was aborted.
 * @example
 * const source = await openFeatures("COCO/clip_features/data_clip_RN101_att");
 * await packFeatures(source, "coco.vlpack");
 */
export async function packFeatures(
  sources: ListedSource | readonly ListedSource[],
  file: string,
  { dtype = "float16", signal, onProgress }: PackOptions = {},
): Promise<PackReport> {
  if (!file.endsWith(".vlpack")) {
    throw new VlPetError("config", "the name of a packed store ends in .vlpack", {
      where: file,
      fix: `call it ${file}.vlpack`,
    });
  }
  const homes = homesOf("ids" in sources ? [sources] : sources, file);
  const finished = await finishedStore(file, homes, dtype);
  if (finished !== null) return finished;
  const store = await UnfinishedStore.open(file);
  const resumed = store.items.length;
  const total = homes.size;
  const show = (): void => onProgress?.({ done: store.items.length, total, byteLength: store.byteLength });
  try {
    const left = idsLeft(store, homes, dtype);
    show();
    for await (const [id, source, stored] of readAhead(left, homes)) {
      signal?.throwIfAborted();
      await addItem(store, id, stored, { dtype, where: source.describe });
      show();
    }
    await store.finish();
  } catch (error) {
    await store.sync().catch(() => undefined); // the failure at hand is the one to tell of
    await store.close();
    throw error;
  }
  const { layout, byteLength } = openLayout(file);
  return { file, ...layout, count: total, byteLength, resumed };
}

function openLayout(file: string): { readonly layout: PackedLayout; readonly byteLength: number } {
  const store = openPackedStore(file);
  store.close();
  return store;
}

/** Items that are read before they are needed, so that files are read while others are decoded. */
const AHEAD = 4;

async function* readAhead(
  ids: readonly string[],
  homes: Homes,
): AsyncGenerator<readonly [string, ListedSource, StoredFeatures]> {
  const underway: (readonly [string, ListedSource, Promise<StoredFeatures>])[] = [];
  for (let next = 0; next < ids.length || underway.length > 0;) {
    while (next < ids.length && underway.length < AHEAD) {
      const id = ids[next++] ?? "";
      const source = homes.get(id);
      if (source === undefined) throw new RangeError(`internal: no source of ${id}`);
      const reading = source.readStored(id);
      reading.catch(() => undefined); // told of when its turn comes, if it comes
      underway.push([id, source, reading]);
    }
    const [id, source, reading] = underway.shift() ?? [];
    if (id !== undefined && source !== undefined && reading !== undefined) yield [id, source, await reading];
  }
}
