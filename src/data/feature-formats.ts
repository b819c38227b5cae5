import { npyImages, npzClips, NPY_NAME, NPZ_NAME } from "./formats/arrays.ts";
import { HDF5_NAME, hdf5Images, holdsImageFiles } from "./formats/hdf5-images.ts";
import { hdf5Splits } from "./formats/hdf5-splits.ts";
import { PACKED_NAME, packedStores } from "./formats/packed.ts";
import { PARQUET_NAME, parquetTables } from "./formats/parquet.ts";
import { PHOTO_NAME, photos } from "./formats/photos.ts";
import { type FeaturePlace, namesLike } from "./feature-place.ts";
import type { FeatureOptions, ImageEncoder, ListedSource } from "./feature-source.ts";
import type { ColumnNames } from "./parquet/columns.ts";

/** All that any format can be told. */
export interface OpenOptions extends FeatureOptions {
  /** Turns photos into features. */
  readonly encode?: ImageEncoder;
  /** The columns of a table, where their names do not tell. */
  readonly columns?: ColumnNames;
}

/** One way to lay features out in files. */
export interface FeatureFormat {
  /** What its files are, for errors. */
  readonly label: string;
  /** How their names end. */
  readonly names: RegExp;
  /** Decides between formats that share names; without it, names alone decide. */
  readonly fits?: (place: FeaturePlace) => Promise<boolean>;
  readonly open: (place: FeaturePlace, options: OpenOptions) => ListedSource | Promise<ListedSource>;
}

const HDF5_LABEL = "HDF5 files of features (.h5, .hdf5)";

/** Every format, one a line. */
export const FEATURE_FORMATS = {
  hdf5Images: { label: HDF5_LABEL, names: HDF5_NAME, fits: holdsImageFiles, open: hdf5Images },
  hdf5Splits: { label: HDF5_LABEL, names: HDF5_NAME, fits: holdsSplits, open: hdf5Splits },
  photos: { label: "photos (.jpg, .png, .webp)", names: PHOTO_NAME, open: photos },
  npzClips: { label: "NPZ files of video features (.npz)", names: NPZ_NAME, open: npzClips },
  npyImages: { label: "NPY files (.npy)", names: NPY_NAME, open: npyImages },
  parquet: { label: "Parquet tables (.parquet)", names: PARQUET_NAME, open: parquetTables },
  packed: { label: "packed stores (.vlpack)", names: PACKED_NAME, open: packedStores },
} as const satisfies Record<string, FeatureFormat>;

export type FeatureFormatName = keyof typeof FEATURE_FORMATS;

async function holdsSplits(place: FeaturePlace): Promise<boolean> {
  return !(await holdsImageFiles(place));
}

/** The formats of which files lie at `place`, in the order of the table. */
export async function formatsAt(place: FeaturePlace): Promise<readonly FeatureFormat[]> {
  const found: FeatureFormat[] = [];
  for (const format of Object.values<FeatureFormat>(FEATURE_FORMATS)) {
    if (namesLike(place, format.names).length === 0) continue;
    if (format.fits === undefined || (await format.fits(place))) found.push(format);
  }
  return found;
}
