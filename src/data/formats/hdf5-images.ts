import { join } from "node:path";
import { featurePlace, type FeaturePlace, filesById, namesLike } from "../feature-place.ts";
import { type FeatureOptions, type ListedSource, listedSource } from "../feature-source.ts";
import { readStoredFeatures } from "../hdf5.ts";
import { hasDataset } from "../hdf5-dataset.ts";
import { mountHdf5 } from "../hdf5-mount.ts";
import { imageStem } from "../image-name.ts";

export const HDF5_NAME = /\.(?:h5|hdf5)$/i;

/**
 * A folder with one HDF5 file per image, `<image id>.h5`, as the original lays its features out.
 *
 * @throws VlPetError "data" when the folder cannot be listed or two files have one image name.
 */
export async function hdf5Features(folder: string, options: FeatureOptions = {}): Promise<ListedSource> {
  return hdf5Images(await featurePlace(folder), options);
}

/** One HDF5 file per image. @throws VlPetError "data" when two files have one image name. */
export function hdf5Images(place: FeaturePlace, options: FeatureOptions): ListedSource {
  return listedSource(
    {
      describe: `HDF5 features in ${place.path}`,
      where: place.path,
      entries: filesById(place, HDF5_NAME, imageStem),
      fileOf: (file) => file,
      // The group inside has the name of the file, also where the image was asked for by another of its names.
      readStored: (_imageId, file) => readStoredFeatures(file, imageStem(file)),
    },
    options,
  );
}

/** Files that are looked into, in case that the first are something else. */
const LOOKED_AT = 3;

/**
 * Whether the HDF5 files of a folder hold one image each: one of the first has a group with its own name. What cannot
 * be opened counts as such, and is an error when it is read.
 */
export async function holdsImageFiles(place: FeaturePlace): Promise<boolean> {
  if (place.isFile) return false;
  for (const name of namesLike(place, HDF5_NAME).slice(0, LOOKED_AT)) {
    if (await holdsItself(join(place.folder, name))) return true;
  }
  return false;
}

async function holdsItself(file: string): Promise<boolean> {
  const hdf5 = await mountHdf5(file).catch(() => undefined);
  if (hdf5 === undefined) return true;
  try {
    return hasDataset(hdf5, `/${imageStem(file)}/features`);
  } finally {
    hdf5.close();
  }
}
