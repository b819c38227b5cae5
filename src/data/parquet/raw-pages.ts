import type { ColumnMetaData, OffsetIndex, PageHeader } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import type { ParquetFile } from "./random-access.ts";

/** Where a page lies and which row it begins with. */
export type PageLocation = OffsetIndex["page_locations"][number];

/** A page whose header was read. */
export interface RawPage {
  readonly header: PageHeader;
  /** Where its content lies. */
  readonly start: number;
  readonly end: number;
}

/**
 * The pages of a column chunk in their order; with `from` only the dictionary and what lies from there.
 *
 * @throws RangeError when a header says what cannot be: the library itself would go round in circles.
 */
export async function* rawPages(
  file: ParquetFile,
  metadata: ColumnMetaData,
  from: PageLocation | null,
): AsyncGenerator<RawPage> {
  const dictionaryAt = Number(metadata.dictionary_page_offset ?? 0);
  const dataAt = Number(metadata.data_page_offset);
  const first = dictionaryAt > 0 ? Math.min(dictionaryAt, dataAt) : dataAt;
  const last = first + Number(metadata.total_compressed_size);
  for (let at = first; at < last;) {
    const page = await rawPage(file, at, last);
    requireSense(page, last, Number(metadata.num_values));
    const isBefore = from !== null && at < Number(from.offset); // a dictionary, or the first page of data
    if (!isBefore || page.header.type === "DICTIONARY_PAGE") yield page;
    at = isBefore ? Number(from.offset) : page.end;
  }
}

/** Most headers are small; only the smallest and largest value that they may hold can make them longer. */
const HEADER_BYTES = [256, 2 ** 16] as const;

async function rawPage(file: ParquetFile, at: number, last: number): Promise<RawPage> {
  const read = async (length: number): Promise<RawPage> => {
    const reader = { view: new DataView(await file.slice(at, Math.min(last, at + length))), offset: 0 };
    const header = parquetHeader(reader);
    const start = at + reader.offset;
    return { header, start, end: start + header.compressed_page_size };
  };
  const [few, many] = HEADER_BYTES;
  try {
    return await read(few);
  } catch {
    return read(many);
  }
}

function requireSense({ header, start, end }: RawPage, last: number, values: number): void {
  const count =
    header.data_page_header?.num_values ??
    header.data_page_header_v2?.num_values ??
    header.dictionary_page_header?.num_values ??
    0;
  const isInside = end >= start && end <= last && header.uncompressed_page_size >= 0;
  if (!isInside) throw new RangeError(`a page from byte ${start} to ${end} in a column that ends at ${last}`);
  if (!(count >= 0 && count <= values))
    throw new RangeError(`a page of ${count} values in a column of ${values}`);
}
