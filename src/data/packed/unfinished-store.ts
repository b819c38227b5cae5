import { constants, type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { VlPetError } from "../../error.ts";
import { type JournalContent, JournalWriter, type PackedItem, readJournal, writeFailure } from "./journal.ts";
import {
  alignedOffset,
  DATA_OFFSET,
  headerBytes,
  indexBytes,
  indexHash,
  itemHash,
  itemLength,
  type PackedLayout,
} from "./layout.ts";

/** Data is brought to the disk each time so much was written. */
const SYNC_BYTES = 2 ** 30;

/** Old items that are looked at again before packing goes on. */
const SAMPLES = 16;

/**
 * A store that is being written: `<file>.part` with the data and `<file>.part.jsonl` with a journal of what is in it.
 * Whenever the process ends, what the journal lists can be gone on from.
 */
export class UnfinishedStore {
  readonly file: string;
  /** What was there when it was opened and what was added. */
  readonly items: PackedItem[];
  readonly #data: FileHandle;
  readonly #journal: JournalWriter;
  #layout: PackedLayout | null;
  #end: number;
  #synced: number;

  private constructor(file: string, data: FileHandle, journal: JournalWriter, content: JournalContent) {
    this.file = file;
    this.#data = data;
    this.#journal = journal;
    this.#layout = content.layout;
    this.items = [...content.items];
    this.#end = endOf(content);
    this.#synced = content.synced;
  }

  /**
   * Opens what an earlier run left, or begins. Items written since the data was last brought to the disk are checked
   * against their hashes, and the first damaged one and all behind it are forgotten; of older ones a sample is checked.
   *
   * @throws VlPetError "data" when data and journal do not belong together, or cannot be written.
   */
  static async open(file: string): Promise<UnfinishedStore> {
    const path = `${file}.part`;
    let data: FileHandle | undefined;
    try {
      data = await open(path, constants.O_RDWR | constants.O_CREAT);
      const content = await intact(data, await readJournal(`${path}.jsonl`), path);
      await data.truncate(endOf(content));
      const writer = await JournalWriter.open(`${path}.jsonl`, content.items.at(-1)?.lineEnd ?? 0);
      return new UnfinishedStore(file, data, writer, content);
    } catch (cause) {
      await data?.close();
      throw writeFailure(path, cause);
    }
  }

  /** Null before the first item. */
  get layout(): PackedLayout | null {
    return this.#layout;
  }

  /** Bytes of data so far. */
  get byteLength(): number {
    return this.#end;
  }

  /** Adds an item of the store's layout; the first decides it. */
  async add(id: string, rows: number, layout: PackedLayout, bytes: Uint8Array): Promise<void> {
    const offset = this.#end;
    try {
      if (this.#layout === null) await this.#journal.layout(layout);
      this.#layout ??= layout;
      await writeAll(this.#data, bytes, offset);
      const item = { id, rows, offset, hash: itemHash(bytes).toString("hex") };
      await this.#journal.item(item);
      this.items.push(item);
      this.#end = alignedOffset(offset + bytes.length);
      if (this.#end - this.#synced >= SYNC_BYTES) await this.sync();
    } catch (cause) {
      throw writeFailure(this.file, cause);
    }
  }

  /** Brings all data to the disk. */
  async sync(): Promise<void> {
    await this.#data.datasync();
    await this.#journal.synced(this.#end);
    this.#synced = this.#end;
  }

  /** Writes index and header, and gives the store its name. */
  async finish(): Promise<void> {
    const path = `${this.file}.part`;
    try {
      await this.#writeIndex();
      await this.#data.sync();
      await this.close();
      await rename(path, this.file);
      await syncFolder(dirname(this.file));
      await rm(`${path}.jsonl`, { force: true });
    } catch (cause) {
      throw writeFailure(this.file, cause);
    }
  }

  async close(): Promise<void> {
    await this.#data.close();
    await this.#journal.close();
  }

  async #writeIndex(): Promise<void> {
    const { items } = this;
    if (this.#layout === null) throw new RangeError("internal: a store without items");
    const index = indexBytes({
      ids: items.map(({ id }) => id),
      offsets: Float64Array.from(items, ({ offset }) => offset),
      rows: Uint32Array.from(items, ({ rows }) => rows),
      hashes: Buffer.concat(items.map(({ hash }) => Buffer.from(hash, "hex"))),
    });
    const header = {
      ...this.#layout,
      count: items.length,
      indexOffset: this.#end,
      indexLength: index.length,
      indexHash: indexHash(index),
    };
    await writeAll(this.#data, index, this.#end);
    await this.#data.datasync(); // the header must not be there before what it tells of
    await writeAll(this.#data, headerBytes(header), 0);
  }
}

function endOf({ items, layout }: JournalContent): number {
  const last = items.at(-1);
  if (last === undefined || layout === null) return DATA_OFFSET;
  return alignedOffset(last.offset + itemLength(layout, last.rows));
}

const NOTHING: JournalContent = { layout: null, items: [], synced: 0 };

/** The part of the journal whose data is there. */
async function intact(data: FileHandle, journal: JournalContent, file: string): Promise<JournalContent> {
  const { items, layout, synced } = journal;
  const { size } = await data.stat();
  if (layout === null || size === 0) return NOTHING; // a data file that was removed is a new beginning
  const safe = items.filter(({ offset, rows }) => offset + itemLength(layout, rows) <= synced);
  const step = Math.max(1, Math.floor(safe.length / SAMPLES));
  for (const [i, item] of safe.entries()) {
    if (i % step === 0 && !(await isIntact(data, item, layout))) throw mismatch(file, item.id);
  }
  for (const [i, item] of items.entries()) {
    if (i < safe.length || (await isIntact(data, item, layout))) continue;
    return i === 0 ? NOTHING : { layout, items: items.slice(0, i), synced };
  }
  return journal;
}

async function isIntact(data: FileHandle, item: PackedItem, layout: PackedLayout): Promise<boolean> {
  const bytes = new Uint8Array(itemLength(layout, item.rows));
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await data.read(bytes, done, bytes.length - done, item.offset + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return itemHash(bytes).toString("hex") === item.hash;
}

function mismatch(file: string, id: string): VlPetError {
  return new VlPetError("data", "what an earlier run packed is damaged", {
    where: file,
    received: `image ${id} does not match the hash in ${file}.jsonl`,
    fix: "delete both files and pack from the beginning",
  });
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Makes a rename durable. Some file systems cannot sync a folder; the data is safe there all the same. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
