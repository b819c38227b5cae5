import { readFile } from "node:fs/promises";
import { VlPetError } from "../../error.ts";
import { type FeaturePlace, filesById } from "../feature-place.ts";
import {
  type FeatureOptions,
  type ListedSource,
  listedSource,
  type StoredFeatures,
} from "../feature-source.ts";
import { npyFeatures } from "../npy.ts";
import { npzArray } from "../npz.ts";

export const NPZ_NAME = /\.npz$/i;
export const NPY_NAME = /\.npy$/i;

/**
 * One NPZ file a video clip, `<clip id>.npz`, with an array `features` [frames, width] (spec: datasets §9.1, §19).
 *
 * @throws VlPetError "data" when two files have one name.
 */
export function npzClips(place: FeaturePlace, options: FeatureOptions): ListedSource {
  return arrayFiles("NPZ features", place, NPZ_NAME, options, async (bytes, id, file) =>
    npyFeatures(await npzArray(bytes, "features", id, file), id, `${file}, array features`),
  );
}

/**
 * One NPY file an image, `<image id>.npy`, as the original's noise features are (spec: datasets §17).
 *
 * @throws VlPetError "data" when two files have one name.
 */
export function npyImages(place: FeaturePlace, options: FeatureOptions): ListedSource {
  return arrayFiles("NPY features", place, NPY_NAME, options, npyFeatures);
}

type Decode = (bytes: Uint8Array, id: string, file: string) => StoredFeatures | Promise<StoredFeatures>;

/** Ids may contain dots here: the original adds the extension to the id. */
function arrayFiles(
  what: string,
  place: FeaturePlace,
  pattern: RegExp,
  options: FeatureOptions,
  decode: Decode,
): ListedSource {
  return listedSource(
    {
      describe: `${what} in ${place.path}`,
      where: place.path,
      entries: filesById(place, pattern, (name) => name.replace(pattern, "")),
      fileOf: (file) => file,
      readStored: async (id, file) => decode(await fileBytes(file, id), id, file),
    },
    options,
  );
}

async function fileBytes(file: string, id: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new VlPetError("data", `the features of image ${id} cannot be read`, {
      where: file,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "check the folder, or copy the file again",
      cause,
    });
  }
}
