import { join } from "node:path";
import { VlPetError } from "../../error.ts";
import { type FeaturePlace, namesLike } from "../feature-place.ts";
import { type Entries, type FeatureOptions, type ListedSource, listedSource } from "../feature-source.ts";
import { openPackedStore, type PackedStore } from "../packed/packed-store.ts";

export const PACKED_NAME = /\.vlpack$/i;

/**
 * A packed store, or a folder of them, as a source.
 *
 * @throws VlPetError "data" when a store is damaged or an image is in two stores.
 */
export function packedStores(place: FeaturePlace, options: FeatureOptions): ListedSource {
  const stores: PackedStore[] = [];
  const close = (): void => {
    for (const store of stores.splice(0)) store.close();
  };
  let entries: Entries<PackedStore>;
  try {
    for (const name of namesLike(place, PACKED_NAME)) stores.push(openPackedStore(join(place.folder, name)));
    entries = entriesOf(stores);
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

function entriesOf(stores: readonly PackedStore[]): Entries<PackedStore> {
  const [only, ...others] = stores;
  if (only !== undefined && others.length === 0) {
    // Its own index is enough: a second one of some hundred thousand images takes time to make.
    return { get: (id) => (only.has(id) ? only : undefined), keys: () => only.ids };
  }
  const entries = new Map<string, PackedStore>();
  for (const store of stores) addItems(entries, store);
  return entries;
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
