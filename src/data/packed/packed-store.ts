import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { VlPetError } from "../../error.ts";
import type { Features, StoredFeatures } from "../feature-source.ts";
import { widenKernelWords } from "../float16.ts";
import { KERNEL_WORDS, widenKernel } from "../widen-kernel.ts";
import {
  DATA_OFFSET,
  damagedStore,
  HASH_BYTES,
  itemLength,
  type PackedIndex,
  type PackedLayout,
  parsedHeader,
  parsedIndex,
  VALUE_BYTES,
} from "./layout.ts";

/**
 * Opens a packed store.
 *
 * Memory mapping was tried (bench/results/features.md): it saves the copy out of the page cache, a fifth of the time
 * of a widening read, but lets the process die when the file is cut short meanwhile, and needs a native package.
 *
 * @throws VlPetError "data" when the file is missing, no packed store, or damaged.
 * @example
 * const store = openPackedStore("coco.vlpack");
 * store.readInto("COCO_val2014_000000000042", batch, 3 * 49 * store.width); // the batch's fourth image
 */
export function openPackedStore(file: string): PackedStore {
  const descriptor = opened(file);
  try {
    return new PackedStore(file, descriptor);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/**
 * An open packed store: features at random access. All reads are positional reads of the one file, so any number of
 * threads and processes may use it at once, and it costs no memory but its index. Every method that takes an id throws
 * VlPetError "data" if the store does not have it or the file cannot be read there.
 */
export class PackedStore {
  readonly file: string;
  /** All bytes of the file. */
  readonly byteLength: number;
  readonly layout: PackedLayout;
  /** In the order in which the items lie. */
  readonly ids: readonly string[];
  readonly #descriptor: number;
  readonly #index: PackedIndex;
  readonly #places: ReadonlyMap<string, number>;
  #isOpen = true;

  /** See `openPackedStore`; the store closes `descriptor`. */
  constructor(file: string, descriptor: number) {
    this.file = file;
    this.#descriptor = descriptor;
    this.byteLength = fstatSync(descriptor).size;
    const first = Buffer.alloc(Math.min(this.byteLength, DATA_OFFSET));
    this.#fill(first, 0);
    const { count, indexOffset, indexLength, ...rest } = parsedHeader(first, this.byteLength, file);
    const { indexHash, ...layout } = rest;
    this.layout = layout;
    const indexed = new Uint8Array(indexLength);
    this.#fill(indexed, indexOffset);
    this.#index = parsedIndex(indexed, { count, indexHash }, file);
    this.ids = this.#index.ids;
    const places = new Map<string, number>();
    for (const [place, id] of this.ids.entries()) places.set(id, place);
    if (places.size !== count) throw damagedStore(file, `${places.size} different ids of ${count}`);
    this.#places = places;
  }

  has(id: string): boolean {
    return this.#places.has(id);
  }

  /** Rows of an item: they may differ, as those of video clips do. */
  rowsOf(id: string): number {
    return this.#item(id).rows;
  }

  /** An item as it is stored, float16 words or float32, in memory of its own. */
  readStored(id: string): StoredFeatures {
    const item = this.#item(id);
    const { dtype, width } = this.layout;
    const bytes = memory(item.rows * width * VALUE_BYTES[dtype]);
    this.#fill(new Uint8Array(bytes), item.offset);
    const words = dtype === "float16" ? new Uint16Array(bytes) : new Float32Array(bytes);
    return { rows: item.rows, width, words, ...this.#boxes(item) };
  }

  /** An item as float32, in memory of its own. */
  read(id: string): Features {
    const item = this.#item(id);
    const { width } = this.layout;
    const values = new Float32Array(memory(item.rows * width * 4));
    this.#widen(item, values, 0);
    return { rows: item.rows, width, values, ...this.#boxes(item) };
  }

  /**
   * Puts an item as float32 into `out` from index `at`, such as into its place in a batch: several times as fast as
   * `read`, which has to ask the system for memory. Gives the number of rows. Throws RangeError where it does not fit.
   */
  readInto(id: string, out: Float32Array, at: number): number {
    const item = this.#fitting(id, out, at);
    this.#widen(item, out, at);
    return item.rows;
  }

  /**
   * As `readInto`, for the values as they are stored: nothing but one copy out of the system's file cache.
   *
   * @param out - float16 words, or float32, as the store's layout says
   */
  readStoredInto(id: string, out: Uint16Array | Float32Array, at: number): number {
    const item = this.#fitting(id, out, at);
    const isStored = (this.layout.dtype === "float16") === out instanceof Uint16Array;
    if (!isStored)
      throw new RangeError(`values of ${this.layout.dtype} cannot be put into a ${out.constructor.name}`);
    this.#fill(bytesOf(out.subarray(at, at + item.rows * this.layout.width)), item.offset);
    return item.rows;
  }

  /** An item's bytes and the hash that they must have. `into` is used for the bytes if it is large enough. */
  readRaw(id: string, into?: Uint8Array): { readonly bytes: Uint8Array; readonly hash: Uint8Array } {
    const { place, rows, offset } = this.#item(id);
    const length = itemLength(this.layout, rows);
    const bytes =
      into !== undefined && into.length >= length ? into.subarray(0, length) : new Uint8Array(length);
    this.#fill(bytes, offset);
    return { bytes, hash: this.#index.hashes.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES) };
  }

  /** Closing twice is allowed. */
  close(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }

  #item(id: string): Item {
    const place = this.#places.get(id);
    if (place === undefined) {
      throw new VlPetError("data", `there is nothing for image ${id}`, {
        where: this.file,
        fix: "name the right store, or pack the image, too",
      });
    }
    return { id, place, rows: this.#index.rows[place] ?? 0, offset: this.#index.offsets[place] ?? 0 };
  }

  #fitting(id: string, { length: room }: Uint16Array | Float32Array, at: number): Item {
    const item = this.#item(id);
    const length = item.rows * this.layout.width;
    if (at >= 0 && at + length <= room) return item;
    throw new RangeError(`${length} values of ${id} do not fit into ${room} from ${at}`);
  }

  #boxes({ rows, offset }: Item): { readonly boxes: Float32Array } | undefined {
    const { dtype, width, hasBoxes } = this.layout;
    if (!hasBoxes) return undefined;
    const boxes = new Float32Array(rows * 4);
    this.#fill(bytesOf(boxes), offset + rows * width * VALUE_BYTES[dtype]);
    return { boxes };
  }

  #widen({ id, rows, offset }: Item, out: Float32Array, at: number): void {
    const length = rows * this.layout.width;
    if (this.layout.dtype === "float32") {
      this.#fill(bytesOf(out.subarray(at, at + length)), offset);
      return;
    }
    const bytes = bytesOf(widenKernel().words); // read straight into the memory of what widens
    for (let first = 0; first < length; first += KERNEL_WORDS) {
      const count = Math.min(KERNEL_WORDS, length - first);
      this.#fill(bytes.subarray(0, count * 2), offset + first * 2);
      if (!widenKernelWords(count, out, at + first))
        throw damagedStore(this.file, `a value of image ${id} that is no number`);
    }
  }

  /** Reads as many bytes as `bytes` holds. */
  #fill(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length;) {
      const count = this.#readSome(bytes.subarray(done), position + done);
      if (count === 0) throw damagedStore(this.file, `an end at byte ${position + done}`);
      done += count;
    }
  }

  #readSome(bytes: Uint8Array, position: number): number {
    try {
      // A number that was closed may by now be that of another file.
      if (!this.#isOpen) throw new RangeError("the store is closed");
      return readSync(this.#descriptor, bytes, 0, bytes.length, position);
    } catch (cause) {
      throw new VlPetError("data", "the packed store cannot be read", {
        where: this.file,
        received: cause instanceof Error ? cause.message : String(cause),
        fix: "check the disk, or copy the store again",
        cause,
      });
    }
  }
}

interface Item {
  readonly id: string;
  readonly place: number;
  readonly rows: number;
  readonly offset: number;
}

function opened(file: string): number {
  try {
    return openSync(file, "r");
  } catch (cause) {
    throw new VlPetError("data", "the packed store cannot be opened", {
      where: file,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "check the path, or make it with vlpet data pack",
      cause,
    });
  }
}

/** Memory that is about to be overwritten: it need not be cleared, which takes as long as reading into it. */
function memory(byteLength: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(byteLength).buffer;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
