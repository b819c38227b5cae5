import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { VlPetError } from "../error.ts";
import { cachedFeatures } from "./feature-cache.ts";
import { checkedFeatures } from "./feature-check.ts";
import { type Features, readFeatures } from "./hdf5.ts";
import { cocoNumber, imageStem } from "./image-name.ts";

/** Where the visual features of images come from. */
export interface FeatureSource {
  /** What it reads, for logs and errors. */
  readonly describe: string;
  /** @throws VlPetError "data" naming the image, the file and what to do. */
  read(imageId: string): Promise<Features>;
  /** Those of `imageIds` it has nothing for, each once, in their order. */
  missing(imageIds: Iterable<string>): Promise<string[]>;
  close(): Promise<void>;
}

/** Turns one photo into features. */
export type ImageEncoder = (file: string) => Promise<Features>;

/** Limits that features are held to. */
export interface FeatureOptions {
  /** Channels per region that the model takes; undefined accepts any. */
  readonly width?: number;
  /** Keeps the most recently read features in memory, up to so many bytes. Default 0. */
  readonly cacheBytes?: number;
}

const PHOTO = /\.(?:jpe?g|png|webp)$/i;
const HDF5 = /\.h5$/i;

/** The folder's files by image id. COCO's photos are also found under the other name COCO gave them. */
interface ImageFiles {
  fileOf(imageId: string): string | undefined;
}

/**
 * A folder with one HDF5 file per image, `<image id>.h5`, as the original lays its features out.
 *
 * @throws VlPetError "data" when the folder cannot be listed.
 */
export async function hdf5Features(folder: string, options: FeatureOptions = {}): Promise<FeatureSource> {
  const files = indexed(
    folder,
    (await listed(folder)).filter((name) => HDF5.test(name)),
  );
  return sourceOf(`HDF5 features in ${folder}`, folder, files, readNamed, options);
}

/**
 * A folder of photos (.jpg, .png, .webp), found by file name up to the first dot and turned into features by `encode`.
 *
 * @throws VlPetError "data" when the folder cannot be listed or two photos have the same name.
 */
export async function imageFeatures(
  folder: string,
  encode: ImageEncoder,
  options: FeatureOptions = {},
): Promise<FeatureSource> {
  const files = indexed(
    folder,
    (await listed(folder)).filter((name) => PHOTO.test(name)),
  );
  return sourceOf(`photos in ${folder}`, folder, files, encode, options);
}

/**
 * The source that fits what lies in `folder`: HDF5 features or photos (these need `encode`).
 *
 * @throws VlPetError "data" when the folder has neither or both, "config" when photos come without `encode`.
 */
export async function openFeatures(
  folder: string,
  options: FeatureOptions & { readonly encode?: ImageEncoder } = {},
): Promise<FeatureSource> {
  const names = await listed(folder);
  const hasFeatures = names.some((name) => HDF5.test(name));
  const hasPhotos = names.some((name) => PHOTO.test(name));
  if (hasFeatures && !hasPhotos) return hdf5Features(folder, options);
  if (hasFeatures === hasPhotos) {
    throw new VlPetError("data", "it is unclear what to read from this folder", {
      where: folder,
      expected: "either HDF5 files of features (.h5) or photos (.jpg, .png, .webp)",
      received: hasPhotos ? "both" : `neither, among ${names.length} files`,
      fix: hasPhotos
        ? "keep features and photos in folders of their own"
        : "name the folder that holds the images",
    });
  }
  if (options.encode !== undefined) return imageFeatures(folder, options.encode, options);
  throw new VlPetError("config", "this folder holds photos, and nothing is set up to encode them", {
    where: folder,
    fix: "choose an image encoder, or name a folder of extracted features",
  });
}

/**
 * Checks up front that every image is there.
 *
 * @throws VlPetError "data" with the first missing ids and their number.
 */
export async function requireImages(source: FeatureSource, imageIds: Iterable<string>): Promise<void> {
  const missing = await source.missing(imageIds);
  if (missing.length === 0) return;
  const first = missing.slice(0, 5).join(", ");
  const count = missing.length === 1 ? "an image" : `${missing.length} images`;
  throw new VlPetError("data", `the annotations name ${count} that cannot be found`, {
    where: source.describe,
    received: missing.length > 5 ? `no ${first}, …` : `no ${first}`,
    fix: "name the right folder, extract the missing features, or use annotations of these images only",
  });
}

/** The group inside a feature file has the name of the file. */
function readNamed(file: string): Promise<Features> {
  return readFeatures(file, imageStem(file));
}

async function listed(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (cause) {
    throw new VlPetError("data", "the folder of images cannot be listed", {
      where: folder,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "check the path in the configuration",
      cause,
    });
  }
}

function indexed(folder: string, names: readonly string[]): ImageFiles {
  const byStem = new Map<string, string>();
  const byNumber = new Map<string, string>();
  for (const name of names) {
    const stem = imageStem(name);
    const twin = byStem.get(stem);
    if (twin !== undefined) {
      throw new VlPetError("data", `two files have the image name ${stem}`, {
        where: folder,
        received: `${twin}, ${name}`,
        fix: "remove or rename one: images are found by their file name up to the first dot",
      });
    }
    byStem.set(stem, name);
    const number = cocoNumber(stem);
    if (number !== undefined) byNumber.set(number, name);
  }
  return {
    fileOf(imageId) {
      const name = byStem.get(imageId) ?? byNumber.get(cocoNumber(imageId) ?? "");
      return name === undefined ? undefined : join(folder, name);
    },
  };
}

function sourceOf(
  describe: string,
  folder: string,
  files: ImageFiles,
  read: (file: string) => Promise<Features>,
  { width, cacheBytes = 0 }: FeatureOptions,
): FeatureSource {
  const readChecked = async (imageId: string): Promise<Features> => {
    const file = files.fileOf(imageId);
    if (file !== undefined) return checkedFeatures(await read(file), imageId, file, width);
    throw new VlPetError("data", `there is nothing for image ${imageId}`, {
      where: folder,
      fix: "name the right folder, or add the image to it",
    });
  };
  const cache = cacheBytes > 0 ? cachedFeatures(readChecked, cacheBytes) : undefined;
  return {
    describe,
    read: (imageId) => (cache === undefined ? readChecked(imageId) : cache.read(imageId)),
    missing: (imageIds) =>
      Promise.resolve([...new Set(imageIds)].filter((id) => files.fileOf(id) === undefined)),
    close() {
      cache?.clear();
      return Promise.resolve();
    },
  };
}
