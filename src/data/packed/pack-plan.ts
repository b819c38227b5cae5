import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { VlPetError } from "../../error.ts";
import type { ListedSource } from "../feature-source.ts";
import type { PackedLayout, PackedType } from "./layout.ts";
import { openPackedStore } from "./packed-store.ts";
import type { UnfinishedStore } from "./unfinished-store.ts";

export interface PackReport extends PackedLayout {
  readonly file: string;
  readonly count: number;
  readonly byteLength: number;
  /** Items that were there already. */
  readonly resumed: number;
}

/** The source of each image that is to be packed. */
export type Homes = ReadonlyMap<string, ListedSource>;

/**
 * Finds the source of each image.
 *
 * @throws VlPetError "data" when two sources have one, an id cannot be stored, or there is none at all.
 */
export function homesOf(sources: readonly ListedSource[], file: string): Homes {
  const homes = new Map<string, ListedSource>();
  for (const source of sources) {
    for (const id of source.ids) {
      const twin = homes.get(id);
      if (twin !== undefined) {
        throw new VlPetError("data", `image ${id} is in two sources`, {
          where: source.describe,
          received: `${twin.describe} have it, too`,
          fix: "pack them into stores of their own",
        });
      }
      if (id.includes("\n")) {
        throw new VlPetError("data", "an image id contains a line feed, which a packed store cannot hold", {
          where: source.describe,
          received: JSON.stringify(id),
          fix: "rename the image",
        });
      }
      homes.set(id, source);
    }
  }
  if (homes.size > 0) return homes;
  throw new VlPetError("data", "there are no features to pack", {
    where: file,
    fix: "name sources that hold some",
  });
}

/** What an earlier call made, or null if there is no file. @throws VlPetError "data" when it holds other images. */
export async function finishedStore(
  file: string,
  homes: Homes,
  dtype: PackedType,
): Promise<PackReport | null> {
  if (!existsSync(file)) return null;
  const store = openPackedStore(file);
  try {
    const { layout, ids, byteLength } = store;
    const isSame = layout.dtype === dtype && ids.length === homes.size && ids.every((id) => homes.has(id));
    if (!isSame) {
      throw new VlPetError("data", "the file exists and holds other features", {
        where: file,
        expected: `${homes.size} images in ${dtype}`,
        received: `${ids.length} images in ${layout.dtype}, or other ones`,
        fix: "choose another name, or delete the file",
      });
    }
    if (!existsSync(`${file}.part`)) await rm(`${file}.part.jsonl`, { force: true }); // left when it was finished
    return { file, ...layout, count: ids.length, byteLength, resumed: ids.length };
  } finally {
    store.close();
  }
}

/** The images that are not in the store yet. @throws VlPetError "data" when it was begun with other ones. */
export function idsLeft(store: UnfinishedStore, homes: Homes, dtype: PackedType): readonly string[] {
  const packed = new Set(store.items.map(({ id }) => id));
  const stranger = store.items.find(({ id }) => !homes.has(id));
  const began = store.layout?.dtype ?? dtype;
  if (stranger === undefined && began === dtype) return [...homes.keys()].filter((id) => !packed.has(id));
  throw new VlPetError("data", "an unfinished store of this name was begun with other features", {
    where: `${store.file}.part`,
    expected: `${homes.size} images in ${dtype}`,
    received: stranger === undefined ? `images in ${began}` : `image ${stranger.id}, which no source has`,
    fix: `finish it with the same sources and settings, or delete ${store.file}.part and ${store.file}.part.jsonl`,
  });
}
