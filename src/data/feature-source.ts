import { VlPetError } from "../error.ts";
import { cachedFeatures } from "./feature-cache.ts";
import { checkedFeatures, checkedStored, checkShape, badValue } from "./feature-check.ts";
import { widenFloat16Into } from "./float16.ts";
import { cocoNumber } from "./image-name.ts";

/** The visual features of one image or video clip: `rows` regions or frames of `width` channels, row-major. */
export interface Features {
  readonly rows: number;
  readonly width: number;
  /** [rows, width] */
  readonly values: Float32Array;
  /** [rows, 4]: the corners x1, y1, x2, y2 of each region in parts (0…1) of the image's width and height. */
  readonly boxes?: Float32Array;
}

/** Features in the precision in which they are stored. */
export interface StoredFeatures {
  readonly rows: number;
  readonly width: number;
  /** [rows, width]; a Uint16Array holds float16 words. */
  readonly words: Uint16Array | Float32Array;
  /** [rows, 4], as in `Features`. */
  readonly boxes?: Float32Array;
}

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

/** A source that knows all it has. */
export interface ListedSource extends FeatureSource {
  /** Every id, in the order in which reading is fastest. */
  readonly ids: readonly string[];
  /** As `read`, in the stored precision and past any cache. @throws VlPetError "data" as `read`. */
  readStored(imageId: string): Promise<StoredFeatures>;
}

/** Turns one photo into features. */
export type ImageEncoder = (file: string) => Promise<Features>;

/** Limits that features are held to. */
export interface FeatureOptions {
  /** Channels per region that the model takes; undefined accepts any. Rows of flat lists are cut by it. */
  readonly width?: number;
  /** Keeps the most recently read features in memory, up to so many bytes. Default 0. */
  readonly cacheBytes?: number;
}

/** Where each id lies, in the order in which reading is fastest: a map, or what stands for one. */
export interface Entries<Entry> {
  get(imageId: string): Entry | undefined;
  keys(): Iterable<string>;
}

/** What a format knows about its files; `listedSource` makes a source of it. */
export interface FeatureReader<Entry> {
  readonly describe: string;
  /** The file or folder, for errors about ids that are not in it. */
  readonly where: string;
  readonly entries: Entries<Entry>;
  /** The file an entry lies in, for errors. */
  fileOf(entry: Entry): string;
  /** In memory that is the caller's from then on. */
  readStored(imageId: string, entry: Entry): StoredFeatures | Promise<StoredFeatures>;
  /** A faster way to finite float32 values, for formats that have one. */
  readWide?(imageId: string, entry: Entry): Features;
  close?(): void | Promise<void>;
}

/**
 * The source that reads through `reader`: finds images under any name COCO gives them, checks width, shape and values,
 * widens, and keeps what was read if asked to.
 */
export function listedSource<Entry>(
  reader: FeatureReader<Entry>,
  { width, cacheBytes = 0 }: FeatureOptions = {},
): ListedSource {
  const find = finder(reader.entries);
  const found = (imageId: string): readonly [string, Entry] => {
    const pair = find(imageId);
    if (pair !== undefined) return pair;
    throw new VlPetError("data", `there is nothing for image ${imageId}`, {
      where: reader.where,
      fix: "name the right folder or file, or add the image to it",
    });
  };
  const readChecked = async (imageId: string): Promise<Features> => {
    const [id, entry] = found(imageId);
    const file = reader.fileOf(entry);
    if (reader.readWide === undefined)
      return widened(await reader.readStored(id, entry), imageId, file, width);
    const features = reader.readWide(id, entry);
    checkShape({ ...features, length: features.values.length }, imageId, file, width);
    return features;
  };
  const cache = cacheBytes > 0 ? cachedFeatures(readChecked, cacheBytes) : undefined;
  return {
    describe: reader.describe,
    ids: [...reader.entries.keys()],
    read: (imageId) => (cache === undefined ? readChecked(imageId) : cache.read(imageId)),
    async readStored(imageId) {
      const [id, entry] = found(imageId);
      return checkedStored(await reader.readStored(id, entry), imageId, reader.fileOf(entry), width);
    },
    missing: (imageIds) => Promise.resolve([...new Set(imageIds)].filter((id) => find(id) === undefined)),
    async close() {
      cache?.clear();
      await reader.close?.();
    },
  };
}

/** Stored features as checked float32. */
function widened(stored: StoredFeatures, imageId: string, file: string, width: number | undefined): Features {
  const { words, ...shape } = stored;
  if (words instanceof Float32Array)
    return checkedFeatures({ ...shape, values: words }, imageId, file, width);
  checkShape({ ...shape, length: words.length }, imageId, file, width);
  const values = new Float32Array(words.length);
  if (!widenFloat16Into(words, values, 0)) throw badValue(values, stored.width, imageId, file);
  return { ...shape, values };
}

/** Finds an entry by its id or, for COCO's images, by any of the names COCO gave them. */
function finder<Entry>(entries: Entries<Entry>): (imageId: string) => readonly [string, Entry] | undefined {
  let byNumber: ReadonlyMap<string, string> | undefined;
  return (imageId) => {
    const entry = entries.get(imageId);
    if (entry !== undefined) return [imageId, entry];
    const number = cocoNumber(imageId);
    if (number === undefined) return undefined;
    byNumber ??= idsByNumber(entries.keys());
    const id = byNumber.get(number);
    const other = id === undefined ? undefined : entries.get(id);
    return id === undefined || other === undefined ? undefined : [id, other];
  };
}

/** The ids of COCO's images by their 12 digits. Tables also hold the bare number of an image: 42. */
function idsByNumber(ids: Iterable<string>): ReadonlyMap<string, string> {
  const byNumber = new Map<string, string>();
  for (const id of ids) {
    const number = /^\d{1,11}$/.test(id) ? id.padStart(12, "0") : cocoNumber(id);
    if (number !== undefined) byNumber.set(number, id);
  }
  return byNumber;
}
