import { readFile } from "node:fs/promises";
import { VlPetError } from "../error.ts";
import type { Features, StoredFeatures } from "./feature-source.ts";
import { widenFloat16 } from "./float16.ts";
import { damagedHdf5, storedDataset } from "./hdf5-dataset.ts";
import { withHalfWords } from "./hdf5-half.ts";
import { diagnosis, hdf5Bytes, hdf5Library, withHdf5 } from "./hdf5-library.ts";
import { type Precision, storedValues } from "./precision.ts";
import { replaceFile } from "./replace-file.ts";

export type { Features } from "./feature-source.ts";

/**
 * Reads the features of one image from an HDF5 file in the layout of the original: the dataset
 * `/<imageId>/features`, two-dimensional, float16 or float32 (either byte order, compressed or not).
 *
 * @throws VlPetError "data" naming the file, when it is missing, cut short or damaged, holds another image, or its
 * dataset has another shape or type.
 * @example
 * const { rows, width } = await readFeatures("COCO_val2014_000000000042.h5", "COCO_val2014_000000000042");
 */
export async function readFeatures(file: string, imageId: string): Promise<Features> {
  const { words, ...shape } = await readStoredFeatures(file, imageId);
  return { ...shape, values: words instanceof Float32Array ? words : widenFloat16(words) };
}

/** As `readFeatures`, in the precision of the file. */
export async function readStoredFeatures(file: string, imageId: string): Promise<StoredFeatures> {
  const [bytes, library] = await Promise.all([fileBytes(file, imageId), hdf5Library()]);
  try {
    return withHdf5(library, bytes, (handle) => {
      if (handle === undefined) throw damagedHdf5(file, diagnosis(library));
      return storedDataset({ library, handle, file }, imageId);
    });
  } catch (cause) {
    if (cause instanceof VlPetError) throw cause;
    throw damagedHdf5(file, diagnosis(library) ?? String(cause), cause);
  }
}

/**
 * Writes the features of one image into an HDF5 file of its own, replacing the file as a whole.
 *
 * @throws VlPetError "shape" when `values` does not hold rows · width numbers, "data" when the image id cannot name
 * a group, a value is too large for float16, or the file cannot be written.
 */
export async function writeFeatures(
  file: string,
  imageId: string,
  features: Features,
  precision: Precision = "float32",
): Promise<void> {
  const { rows, width, values } = features;
  if (rows < 1 || width < 1 || values.length !== rows * width) {
    throw new VlPetError("shape", `the features of image ${imageId} do not fill their shape`, {
      where: file,
      expected: `${rows} rows of ${width} values, at least one of each`,
      received: `${values.length} values`,
    });
  }
  if (imageId === "" || imageId === "." || imageId.includes("/")) {
    throw new VlPetError("data", "the image id cannot name an HDF5 group", {
      where: file,
      expected: "a name without slash, such as the stem of the image's file",
      received: JSON.stringify(imageId),
    });
  }
  const bytes = await hdf5Bytes((root) => {
    root.create_group(imageId).create_dataset({ name: "features", data: values, shape: [rows, width] });
  });
  const words = storedValues(values, precision, file);
  await replaceFile(file, words instanceof Float32Array ? bytes : withHalfWords(bytes, words));
}

async function fileBytes(file: string, imageId: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new VlPetError(
      "data",
      `the features of image ${imageId} ${missing ? "are missing" : "cannot be read"}`,
      {
        where: file,
        ...(missing ? {} : { received: String(cause) }),
        fix: "check the features folder, or extract the features of this image",
        cause,
      },
    );
  }
}
