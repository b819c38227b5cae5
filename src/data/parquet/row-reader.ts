import { parquetError } from "./random-access.ts";
import type { TableRow } from "./rows.ts";
import type { FeatureTable, NumberedRow } from "./table.ts";

/** Reads single rows of tables that can only be read forward. */
export interface RowReader {
  /** @throws VlPetError "data" when the file is damaged there. */
  read(table: FeatureTable, row: number): Promise<TableRow>;
}

/** Bytes of rows that are kept. */
const KEPT_BYTES = 2 ** 27;

/** A place in a table from which one can read on. */
interface Cursor {
  readonly table: FeatureTable;
  readonly rows: AsyncGenerator<NumberedRow>;
  /** The row that comes next, and the end of its row group. */
  next: number;
  readonly end: number;
}

/**
 * A reader that goes on where it was if the wanted row lies ahead in the same row group, begins at the row's page or
 * group otherwise, and keeps the rows it came by last, up to `keptBytes`.
 */
export function rowReader(keptBytes: number = KEPT_BYTES): RowReader {
  const kept = new RecentRows(keptBytes);
  let cursor: Cursor | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const read = async (table: FeatureTable, row: number): Promise<TableRow> => {
    const known = kept.take(table, row);
    if (known !== undefined) return known;
    const isAhead = cursor?.table === table && cursor.next <= row && row < cursor.end;
    cursor = isAhead ? cursor : { table, rows: table.rowsFrom(row), next: row, end: table.groupEnd(row) };
    try {
      return await passedTo(row, cursor as Cursor, kept);
    } catch (cause) {
      cursor = null;
      throw parquetError(table.file, cause);
    }
  };
  return {
    read(table, row) {
      const result = last.then(() => read(table, row)); // one at a time: they share the cursor
      last = result.catch(() => undefined);
      return result;
    },
  };
}

async function passedTo(row: number, cursor: Cursor, kept: RecentRows): Promise<TableRow> {
  for (;;) {
    const { value, done } = await cursor.rows.next();
    if (done === true) throw new RangeError(`the row group ends before row ${row}`);
    cursor.next = value.row + 1;
    kept.add(cursor.table, value.row, value.found);
    if (value.row === row) return value.found;
  }
}

/** Rows by table and number; the least recently used are forgotten first. */
class RecentRows {
  readonly #budget: number;
  readonly #rows = new Map<string, TableRow>();
  #bytes = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  take(table: FeatureTable, row: number): TableRow | undefined {
    const key = keyOf(table, row);
    const found = this.#rows.get(key);
    if (found === undefined) return undefined;
    this.#rows.delete(key); // moves it to the end, where the most recently used are
    this.#rows.set(key, found);
    return found;
  }

  add(table: FeatureTable, row: number, found: TableRow): void {
    const key = keyOf(table, row);
    if (this.#rows.has(key)) return;
    this.#rows.set(key, found);
    this.#bytes += found.words.byteLength;
    for (const [oldest, { words }] of this.#rows) {
      if (this.#bytes <= this.#budget) break;
      this.#rows.delete(oldest);
      this.#bytes -= words.byteLength;
    }
  }
}

function keyOf({ file }: FeatureTable, row: number): string {
  return `${row} ${file}`;
}
