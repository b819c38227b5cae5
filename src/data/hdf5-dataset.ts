import type { Metadata } from "h5wasm";
import { VlPetError } from "../error.ts";
import type { StoredFeatures } from "./feature-source.ts";
import { datasetBytes, diagnosis, type Hdf5Library } from "./hdf5-library.ts";

/** An HDF5 file that is open in the library. */
export interface OpenHdf5 {
  readonly library: Hdf5Library;
  readonly handle: bigint;
  /** Its path, for errors. */
  readonly file: string;
}

/** Numbers of a dataset. */
export interface Hdf5Numbers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** More than this is a damaged header: the largest grids in use hold a few megabytes. */
const LARGEST_BYTES = 2 ** 28;
const INTEGER_CLASS = 0; // H5T_INTEGER
const FLOAT_CLASS = 1; // H5T_FLOAT

const EXTRACT_AGAIN = "extract the features of this image again, or copy the file again from its source";

/**
 * The dataset `/<imageId>/features` in its own precision (the library gives native byte order and undoes compression).
 *
 * @throws VlPetError "data" when it is missing, of another shape or type, or cannot be read.
 */
export function storedDataset(hdf5: OpenHdf5, imageId: string): StoredFeatures {
  const path = `/${imageId}/features`;
  const { shape, size, type } = featuresMetadata(hdf5, imageId);
  const [rows, width] = shape ?? [];
  const isFloat = type === FLOAT_CLASS && (size === 2 || size === 4);
  if (!isFloat || rows === undefined || width === undefined || shape?.length !== 2 || rows * width === 0) {
    throw new VlPetError("data", `the features of image ${imageId} have another layout`, {
      where: `${hdf5.file}, dataset ${path}`,
      expected: "float16 or float32 of shape [regions, width]",
      received: `type class ${type} of ${size} bytes, shape [${shape?.join(", ") ?? "none"}]`,
      fix: EXTRACT_AGAIN,
    });
  }
  const { buffer } = bytesOf(hdf5, path, rows * width * size);
  return { rows, width, words: size === 4 ? new Float32Array(buffer) : new Uint16Array(buffer) };
}

/** The numbers of a dataset of integers or floats (not half ones), or undefined if there is none at `path`. */
export function datasetNumbers(hdf5: OpenHdf5, path: string): Hdf5Numbers | undefined {
  const metadata = metadataAt(hdf5, path);
  if (metadata?.shape === undefined || metadata.shape === null) return undefined;
  const { shape, size, type, signed } = metadata;
  const read = numberReader(type, size, signed);
  if (read === undefined) return undefined;
  const count = shape.reduce((product, length) => product * length, 1);
  const bytes = bytesOf(hdf5, path, count * size);
  const view = new DataView(bytes.buffer);
  return { shape, values: Array.from({ length: count }, (_, i) => read(view, i * size)) };
}

/** Whether there is a dataset at `path`. */
export function hasDataset(hdf5: OpenHdf5, path: string): boolean {
  return metadataAt(hdf5, path) !== undefined;
}

export function damagedHdf5(file: string, reason: string | undefined, cause?: unknown): VlPetError {
  return new VlPetError("data", "the feature file is damaged or not HDF5", {
    where: file,
    ...(reason === undefined ? {} : { received: reason }),
    fix: EXTRACT_AGAIN,
    cause,
  });
}

function numberReader(
  type: number,
  size: number,
  signed: boolean,
): ((view: DataView, at: number) => number) | undefined {
  if (type === FLOAT_CLASS && size === 4) return (view, at) => view.getFloat32(at, true);
  if (type === FLOAT_CLASS && size === 8) return (view, at) => view.getFloat64(at, true);
  if (type !== INTEGER_CLASS) return undefined;
  if (size === 1) return (view, at) => (signed ? view.getInt8(at) : view.getUint8(at));
  if (size === 2) return (view, at) => (signed ? view.getInt16(at, true) : view.getUint16(at, true));
  if (size === 4) return (view, at) => (signed ? view.getInt32(at, true) : view.getUint32(at, true));
  if (size === 8) return (view, at) => Number(view.getBigInt64(at, true));
  return undefined;
}

/** The header of a dataset. The library throws for a missing one: looking first costs a sixth of a read. */
function metadataAt({ library, handle }: OpenHdf5, path: string): Metadata | undefined {
  try {
    return library.get_dataset_metadata(handle, path);
  } catch {
    return undefined;
  }
}

function featuresMetadata(hdf5: OpenHdf5, imageId: string): Metadata {
  const path = `/${imageId}/features`;
  const metadata = metadataAt(hdf5, path);
  if (metadata !== undefined) return metadata;
  throw new VlPetError("data", `the file has no features of image ${imageId}`, {
    where: hdf5.file,
    expected: `a dataset ${path}`,
    received: someNames(hdf5, imageId),
    fix: `name the group after the image; if the file is damaged, ${EXTRACT_AGAIN}`,
  });
}

/** What there is instead: in the group of the image if it exists, else in the whole file. */
function someNames({ library, handle }: OpenHdf5, imageId: string): string {
  const top = library.get_names(handle, "/", false);
  const names = top.includes(imageId)
    ? namesIn(library, handle, imageId)
    : top.flatMap((name) => [name].concat(top.length <= 3 ? namesIn(library, handle, name) : []));
  return names.length === 0 ? "nothing that can be read" : names.slice(0, 6).join(", ");
}

function namesIn(library: Hdf5Library, handle: bigint, group: string): readonly string[] {
  try {
    return library.get_names(handle, `/${group}`, false).map((name) => `${group}/${name}`);
  } catch {
    return [];
  }
}

function bytesOf(
  { library, handle, file }: OpenHdf5,
  path: string,
  byteLength: number,
): Uint8Array<ArrayBuffer> {
  const bytes = byteLength > LARGEST_BYTES ? undefined : datasetBytes(library, handle, path, byteLength);
  if (bytes !== undefined) return bytes;
  throw damagedHdf5(file, diagnosis(library) ?? `a dataset of ${byteLength} bytes`);
}
