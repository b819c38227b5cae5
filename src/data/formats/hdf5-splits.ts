import { join } from "node:path";
import { VlPetError } from "../../error.ts";
import { type FeaturePlace, namesLike } from "../feature-place.ts";
import {
  type FeatureOptions,
  type ListedSource,
  listedSource,
  type StoredFeatures,
} from "../feature-source.ts";
import { damagedHdf5, hasDataset, storedDataset } from "../hdf5-dataset.ts";
import { normalizedBoxes } from "../hdf5-boxes.ts";
import { type MountedHdf5, mountHdf5 } from "../hdf5-mount.ts";
import { HDF5_NAME } from "./hdf5-images.ts";

/** One file of many images. */
interface SplitFile {
  readonly hdf5: MountedHdf5;
  /** Whether its groups hold boxes, as bottom-up features do. */
  readonly hasBoxes: boolean;
}

/**
 * HDF5 files that hold many images each: groups `/<image id>/features`, float16 or float32, with `boxes`, `img_w` and
 * `img_h` or without (spec: datasets §16). The files stay open and are read in place, whatever their size.
 *
 * @throws VlPetError "data" when a file cannot be read, has no groups or an image is in two files.
 */
export async function hdf5Splits(place: FeaturePlace, options: FeatureOptions): Promise<ListedSource> {
  const entries = new Map<string, SplitFile>();
  const open: MountedHdf5[] = [];
  const close = (): void => {
    for (const hdf5 of open.splice(0)) hdf5.close();
  };
  try {
    for (const name of namesLike(place, HDF5_NAME)) {
      const hdf5 = await mountHdf5(join(place.folder, name));
      open.push(hdf5);
      addGroups(entries, hdf5);
    }
  } catch (error) {
    close();
    throw error;
  }
  return listedSource(
    {
      describe: `HDF5 features in ${place.path}`,
      where: place.path,
      entries,
      fileOf: ({ hdf5 }) => hdf5.file,
      readStored: (imageId, split) => storedGroup(imageId, split),
      close,
    },
    options,
  );
}

function addGroups(entries: Map<string, SplitFile>, hdf5: MountedHdf5): void {
  const ids = hdf5.use(({ library, handle }) => library.get_names(handle, "/", false));
  const [first] = ids;
  if (first === undefined) throw damagedHdf5(hdf5.file, "no group, where one an image was expected");
  const split = { hdf5, hasBoxes: hasDataset(hdf5, `/${first}/boxes`) };
  for (const id of ids) {
    const twin = entries.get(id);
    if (twin !== undefined) {
      throw new VlPetError("data", `image ${id} is in two files`, {
        where: hdf5.file,
        received: `${twin.hdf5.file} has it, too`,
        fix: "keep files of different images in this folder, or name one file",
      });
    }
    entries.set(id, split);
  }
}

function storedGroup(imageId: string, { hdf5, hasBoxes }: SplitFile): StoredFeatures {
  return hdf5.use((file) => {
    const stored = storedDataset(file, imageId);
    return hasBoxes ? { ...stored, boxes: normalizedBoxes(file, imageId, stored.rows) } : stored;
  });
}
