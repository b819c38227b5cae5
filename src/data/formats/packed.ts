import { join } from "node:path";
import { VlPetError } from "../../error.ts";
import { type FeaturePlace, namesLike } from "../feature-place.ts";
import { type FeatureOptions, type ListedSource, listedSource } from "../feature-source.ts";
import { openPackedStore, type PackedStore } from "../packed/packed-store.ts";

export const PACKED_NAME = /\.vlpack$/i;

/**
 * A packed store, or a folder of them, as a source.
 *
 * @throws VlPetError "data" when a store is damaged or an image is in two stores.
 */
export function packedStores(place: FeaturePlace, options: FeatureOptions): ListedSource {
  const entries = new Map<string, PackedStore>();
  const stores: PackedStore[] = [];
  const close = (): void => {
    for (const store of stores.splice(0)) store.close();
  };
  try {
    for (const name of namesLike(place, PACKED_NAME)) {
      const store = openPackedStore(join(place.folder, name));
      stores.push(store);
      addItems(entries, store);
    }
  } catch (error) {
    close();
    throw error;
  }
  return listedSource(
    {
      describe: `packed features in ${place.path}`,
      where: place.path,
      entries,
      fileOf: ({ file }) => file,
      readStored: (id, store) => store.readStored(id),
      readWide: (id, store) => store.read(id),
      close,
    },
    options,
  );
}

function addItems(entries: Map<string, PackedStore>, store: PackedStore): void {
  for (const id of store.ids) {
    const twin = entries.get(id);
    if (twin !== undefined) {
      throw new VlPetError("data", `image ${id} is in two stores`, {
        where: store.file,
        received: `${twin.file} has it, too`,
        fix: "name one of the stores, or keep stores of different images in this folder",
      });
    }
    entries.set(id, store);
  }
}
