import {
  type ColumnMetaData,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  readOffsetIndex,
  type RowGroup,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { VlPetError } from "../../error.ts";
import { type ColumnNames, featureColumns, type FeaturesColumn } from "./columns.ts";
import { floatPages } from "./pages.ts";
import { openParquetFile, parquetError, type ParquetFile } from "./random-access.ts";
import { type PageLocation, rawPages } from "./raw-pages.ts";
import { type TableRow, tableRows } from "./rows.ts";

/** A row and its number in the table. */
export interface NumberedRow {
  readonly row: number;
  readonly found: TableRow;
}

/** An open table of features, one image a row. */
export interface FeatureTable {
  readonly file: string;
  /** The id of each row. */
  readonly ids: readonly string[];
  /** 1: each row is a flat list; 2: a list of lists. */
  readonly depth: 1 | 2;
  /** The rows to the end of the row group of `first`, from there or from before it, where a page begins. */
  rowsFrom(first: number): AsyncGenerator<NumberedRow>;
  /** The row after the last one of the row group that holds `row`. */
  groupEnd(row: number): number;
  close(): Promise<void>;
}

/**
 * Opens a Parquet file and reads its ids.
 *
 * @throws VlPetError "data" when it is damaged, or has no columns of ids and features.
 */
export async function openFeatureTable(path: string, named: ColumnNames): Promise<FeatureTable> {
  const file = openParquetFile(path);
  try {
    const metadata = await parquetMetadataAsync(file);
    const columns = featureColumns(metadata, path, named);
    const ids = await readIds(file, metadata, columns.id);
    const groups = rowGroups(metadata, ids.length);
    return {
      file: path,
      ids,
      depth: columns.features.depth,
      rowsFrom: (first) => rowsFrom(file, columns.features, groupOf(groups, first), first),
      groupEnd: (row) => groupOf(groups, row).end,
      close: () => file.close(),
    };
  } catch (cause) {
    await file.close();
    throw parquetError(path, cause);
  }
}

async function readIds(
  file: ParquetFile,
  metadata: FileMetaData,
  column: string,
): Promise<readonly string[]> {
  for (const group of metadata.row_groups) {
    // The library trusts the headers of pages; this looks at them before.
    for await (const page of rawPages(file, chunkOf(group, [column]).metadata, null)) void page;
  }
  const rows = await parquetReadObjects({ file, metadata, columns: [column], compressors });
  const ids = rows.map((row) => row[column] as string | number | bigint | null | undefined);
  const empty = ids.findIndex((id) => id === null || id === undefined || id === "");
  if (empty === -1 && ids.length === Number(metadata.num_rows)) return ids.map(String);
  throw new VlPetError("data", "a row has no id", {
    where: `${file.file}, column ${column}, row ${empty === -1 ? ids.length : empty}`,
    fix: "fill the column, or name another column of ids",
  });
}

/** The rows `start` … `end` - 1 of a table. */
interface Group {
  readonly start: number;
  readonly end: number;
  readonly content: RowGroup;
}

function rowGroups(metadata: FileMetaData, rows: number): readonly Group[] {
  let end = 0;
  const groups = metadata.row_groups.map((content) => {
    const start = end;
    end += Number(content.num_rows);
    return { start, end, content };
  });
  if (end === rows) return groups;
  throw new RangeError(`row groups of ${end} rows in a table of ${rows}`);
}

function groupOf(groups: readonly Group[], row: number): Group {
  const group = groups.find(({ start, end }) => row >= start && row < end);
  if (group === undefined) throw new RangeError(`internal: no row ${row}`);
  return group;
}

async function* rowsFrom(
  file: ParquetFile,
  column: FeaturesColumn,
  group: Group,
  first: number,
): AsyncGenerator<NumberedRow> {
  const { chunk, metadata } = chunkOf(group.content, column.path);
  const pages = await pageLocations(file, chunk);
  const page = pages.findLast(({ first_row_index: index }) => Number(index) <= first - group.start) ?? null;
  let row = group.start + Number(page?.first_row_index ?? 0);
  for await (const found of tableRows(
    floatPages({ file, column, metadata, compressors }, page),
    column.depth,
  )) {
    yield { row, found };
    row += 1;
  }
  if (row !== group.end)
    throw new RangeError(`${row - group.start} rows in a group of ${group.end - group.start}`);
}

/** The part of the column at `path` that lies in a row group. */
function chunkOf(
  group: RowGroup,
  path: readonly string[],
): { readonly chunk: RowGroup["columns"][number]; readonly metadata: ColumnMetaData } {
  const chunk = group.columns.find(
    ({ meta_data: metadata }) => metadata?.path_in_schema.join("\0") === path.join("\0"),
  );
  if (chunk?.meta_data !== undefined) return { chunk, metadata: chunk.meta_data };
  throw new RangeError(`a row group without column ${path.join(".")}`);
}

/** Where the pages lie, if the file was written with a page index. */
async function pageLocations(
  file: ParquetFile,
  chunk: RowGroup["columns"][number],
): Promise<readonly PageLocation[]> {
  const { offset_index_offset: offset, offset_index_length: length } = chunk;
  if (offset === undefined || length === undefined) return [];
  const bytes = await file.slice(Number(offset), Number(offset) + length);
  return readOffsetIndex({ view: new DataView(bytes), offset: 0 }).page_locations;
}
