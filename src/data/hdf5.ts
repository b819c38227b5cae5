import { readFile } from "node:fs/promises";
import type { Metadata } from "h5wasm";
import { VlPetError } from "../error.ts";
import { widenFloat16 } from "./float16.ts";
import {
  datasetBytes,
  diagnosis,
  hdf5Bytes,
  type Hdf5Library,
  hdf5Library,
  withHdf5,
} from "./hdf5-library.ts";
import { replaceFile } from "./replace-file.ts";

/** The visual features of one image: `values` holds `rows` regions of `width` channels, row-major. */
export interface Features {
  readonly rows: number;
  readonly width: number;
  /** [rows, width] */
  readonly values: Float32Array;
}

/** More than this is a damaged header: the largest grids in use hold a few megabytes. */
const LARGEST_BYTES = 2 ** 28;
const FLOAT_CLASS = 1; // H5T_FLOAT

const EXTRACT_AGAIN = "extract the features of this image again, or copy the file again from its source";

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
  const [bytes, library] = await Promise.all([fileBytes(file, imageId), hdf5Library()]);
  try {
    return withHdf5(library, bytes, (handle) => {
      if (handle === undefined) throw damaged(file, diagnosis(library));
      return readDataset(library, handle, file, imageId);
    });
  } catch (cause) {
    if (cause instanceof VlPetError) throw cause;
    throw damaged(file, diagnosis(library) ?? String(cause), cause);
  }
}

/**
 * Writes the features of one image as float32 into an HDF5 file of its own, replacing the file as a whole.
 *
 * @throws VlPetError "shape" when `values` does not hold rows · width numbers, "data" when the image id cannot name
 * a group or the file cannot be written.
 */
export async function writeFeatures(file: string, imageId: string, features: Features): Promise<void> {
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
  await replaceFile(file, bytes);
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

/** The header of the image's dataset. The library throws for a missing one: looking first costs a sixth of a read. */
function datasetMetadata(library: Hdf5Library, handle: bigint, file: string, imageId: string): Metadata {
  const path = `/${imageId}/features`;
  try {
    return library.get_dataset_metadata(handle, path);
  } catch (cause) {
    const names = library.get_names(handle, "/", true);
    throw new VlPetError("data", `the file has no features of image ${imageId}`, {
      where: file,
      expected: `a dataset ${path}`,
      received: names.length === 0 ? "nothing that can be read" : names.slice(0, 6).join(", "),
      fix: `name the group after the image; if the file is damaged, ${EXTRACT_AGAIN}`,
      cause,
    });
  }
}

function readDataset(library: Hdf5Library, handle: bigint, file: string, imageId: string): Features {
  const path = `/${imageId}/features`;
  const { shape, size, type } = datasetMetadata(library, handle, file, imageId);
  const [rows, width] = shape ?? [];
  const isFloat = type === FLOAT_CLASS && (size === 2 || size === 4);
  if (!isFloat || rows === undefined || width === undefined || shape?.length !== 2 || rows * width === 0) {
    throw new VlPetError("data", `the features of image ${imageId} have another layout`, {
      where: `${file}, dataset ${path}`,
      expected: "float16 or float32 of shape [regions, width]",
      received: `type class ${type} of ${size} bytes, shape [${shape?.join(", ") ?? "none"}]`,
      fix: EXTRACT_AGAIN,
    });
  }
  const byteLength = rows * width * size;
  const bytes = byteLength > LARGEST_BYTES ? undefined : datasetBytes(library, handle, path, byteLength);
  if (bytes === undefined) throw damaged(file, diagnosis(library) ?? `a dataset of ${byteLength} bytes`);
  const values = size === 4 ? new Float32Array(bytes.buffer) : widenFloat16(new Uint16Array(bytes.buffer));
  return { rows, width, values };
}

function damaged(file: string, reason: string | undefined, cause?: unknown): VlPetError {
  return new VlPetError("data", "the feature file is damaged or not HDF5", {
    where: file,
    ...(reason === undefined ? {} : { received: reason }),
    fix: EXTRACT_AGAIN,
    cause,
  });
}
