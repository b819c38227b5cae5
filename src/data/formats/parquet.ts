import { join } from "node:path";
import { VlPetError } from "../../error.ts";
import { type FeaturePlace, namesLike } from "../feature-place.ts";
import {
  type FeatureOptions,
  type ListedSource,
  listedSource,
  type StoredFeatures,
} from "../feature-source.ts";
import type { ColumnNames } from "../parquet/columns.ts";
import { rowReader, type RowReader } from "../parquet/row-reader.ts";
import type { FeatureTable } from "../parquet/table.ts";

export const PARQUET_NAME = /\.parquet$/i;

/** A row of one of the files. */
interface Place {
  readonly table: FeatureTable;
  readonly row: number;
}

/**
 * A Parquet file, or a folder of such files (shards): a row an image, with a column of ids and a column with a list of
 * numbers, or a list of one list a region. A flat list is cut into rows of `options.width` numbers.
 *
 * This is a format to publish features in, not to train from: a row can only be read together with those before it in
 * its row group. What was read last is kept, so reading in the order of the table is fast; for training, make a packed
 * store of it first (`vlpet data pack`).
 *
 * @throws VlPetError "data" when a file is damaged, has no such columns, or an image is there twice.
 */
export async function parquetTables(
  place: FeaturePlace,
  { columns = {}, ...options }: FeatureOptions & { readonly columns?: ColumnNames },
): Promise<ListedSource> {
  const { openFeatureTable } = await import("../parquet/table.ts"); // codecs take long to load
  const entries = new Map<string, Place>();
  const tables: FeatureTable[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(tables.splice(0).map((table) => table.close()));
  };
  try {
    for (const name of namesLike(place, PARQUET_NAME)) {
      const table = await openFeatureTable(join(place.folder, name), columns);
      tables.push(table);
      addRows(entries, table);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const reader = rowReader();
  return listedSource(
    {
      describe: `Parquet features in ${place.path}`,
      where: place.path,
      entries,
      fileOf: ({ table }) => table.file,
      readStored: (id, entry) => storedRow(reader, id, entry, options.width),
      close,
    },
    options,
  );
}

function addRows(entries: Map<string, Place>, table: FeatureTable): void {
  for (const [row, id] of table.ids.entries()) {
    const twin = entries.get(id);
    if (twin !== undefined) {
      throw new VlPetError("data", `image ${id} is there twice`, {
        where: `${table.file}, row ${row}`,
        received: `${twin.table.file}, row ${twin.row}, is about it, too`,
        fix: "remove one of the rows, or name one file",
      });
    }
    entries.set(id, { table, row });
  }
}

async function storedRow(
  reader: RowReader,
  id: string,
  { table, row }: Place,
  width: number | undefined,
): Promise<StoredFeatures> {
  const { words: kept, lists, listLength } = await reader.read(table, row);
  const words = kept.slice(); // the reader keeps its own
  const where = `${table.file}, row ${row}`;
  if (table.depth === 2) {
    if (listLength !== null) return { rows: lists, width: listLength, words };
    throw new VlPetError("data", `the features of image ${id} are not rectangular`, {
      where,
      expected: "lists of equal length",
      received: `${lists} lists of different lengths`,
      fix: "write the row again with one list of the same length a region",
    });
  }
  if (width === undefined) {
    throw new VlPetError(
      "config",
      "the features are flat lists, and nothing says how wide a row of them is",
      {
        where,
        received: `a list of ${words.length} numbers`,
        fix: "set the width of the features (backbone.featureWidth, or --width of vlpet data pack)",
      },
    );
  }
  if (words.length % width === 0) return { rows: words.length / width, width, words };
  throw new VlPetError("data", `the features of image ${id} cannot be cut into rows`, {
    where,
    expected: `a multiple of ${width} numbers`,
    received: String(words.length),
    fix: "set the width that these features have",
  });
}
