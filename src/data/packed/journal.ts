import { type FileHandle, open, readFile } from "node:fs/promises";
import * as v from "valibot";
import { VlPetError } from "../../error.ts";
import { alignedOffset, DATA_OFFSET, itemLength, type PackedLayout } from "./layout.ts";

/** An item that was written. */
export interface PackedItem {
  readonly id: string;
  readonly rows: number;
  readonly offset: number;
  /** Its hash in hexadecimal. */
  readonly hash: string;
}

/** What an unfinished store holds. */
export interface JournalContent {
  /** Null if there are no items. */
  readonly layout: PackedLayout | null;
  readonly items: readonly JournalItem[];
  /** Up to this byte the data has reached the disk: it survives more than the end of the process. */
  readonly synced: number;
}

/** An item and where its line ends in the journal. */
export interface JournalItem extends PackedItem {
  readonly lineEnd: number;
}

/**
 * The journal of an unfinished store: one JSON line with the layout, then one for each item that is in the data file,
 * `[id, rows, offset, hash]`, and `{"synced": offset}` each time the data was brought to the disk. A line is written
 * after the data it is about; a line that is cut off, or out of order, ends the journal.
 */
const LayoutLine = v.object({
  layout: v.object({
    dtype: v.picklist(["float16", "float32"]),
    width: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    hasBoxes: v.boolean(),
  }),
});
const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ItemLine = v.tuple([v.string(), v.pipe(Count, v.minValue(1)), Count, v.string()]);
const SyncLine = v.object({ synced: Count });

/** Reads a journal; one that does not exist is empty. @throws VlPetError "data" when it cannot be read. */
export async function readJournal(file: string): Promise<JournalContent> {
  const lines = (await journalText(file)).split("\n");
  lines.pop(); // empty, or cut off
  const items: JournalItem[] = [];
  const ids = new Set<string>();
  let layout: PackedLayout | null = null;
  let [synced, lineEnd, end] = [0, 0, DATA_OFFSET];
  for (const line of lines) {
    lineEnd += Buffer.byteLength(line) + 1;
    const value = jsonOf(line);
    if (layout === null) {
      if (!v.is(LayoutLine, value)) break;
      layout = value.layout;
    } else if (v.is(SyncLine, value)) {
      synced = Math.min(value.synced, end);
    } else {
      if (!v.is(ItemLine, value)) break;
      const [id, rows, offset, hash] = value;
      if (offset !== end || ids.has(id)) break;
      items.push({ id, rows, offset, hash, lineEnd });
      ids.add(id);
      end = alignedOffset(offset + itemLength(layout, rows));
    }
  }
  return { layout: items.length === 0 ? null : layout, items, synced };
}

async function journalText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw writeFailure(file, cause);
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A journal to which lines are added. */
export class JournalWriter {
  readonly #file: string;
  readonly #handle: FileHandle;
  #length: number;

  private constructor(file: string, handle: FileHandle, length: number) {
    this.#file = file;
    this.#handle = handle;
    this.#length = length;
  }

  /** Goes on after the first `length` bytes, and removes what stands behind them. */
  static async open(file: string, length: number): Promise<JournalWriter> {
    const handle = await open(file, "a");
    await handle.truncate(length);
    return new JournalWriter(file, handle, length);
  }

  async layout({ dtype, width, hasBoxes }: PackedLayout): Promise<void> {
    await this.#add({ layout: { dtype, width, hasBoxes } });
  }

  async item({ id, rows, offset, hash }: PackedItem): Promise<void> {
    await this.#add([id, rows, offset, hash]);
  }

  /** Says that the data up to `offset` is on the disk. */
  async synced(offset: number): Promise<void> {
    await this.#add({ synced: offset });
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** @throws VlPetError "data" when someone else wrote to the journal meanwhile. */
  async #add(value: unknown): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    await this.#handle.write(line);
    this.#length += line.length;
    const { size } = await this.#handle.stat();
    if (size === this.#length) return;
    throw new VlPetError("data", "another process is packing into the same file", {
      where: this.#file,
      fix: "wait for it, or stop it and run this again",
    });
  }
}

/** Failures of the file system as VlPetError "data"; others pass through. */
export function writeFailure(file: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !("syscall" in cause)) return cause;
  return new VlPetError("data", "the packed store cannot be written", {
    where: file,
    received: cause.message,
    fix: "check that its folder exists, may be written to and has room; packing then goes on where it was",
    cause,
  });
}
