import type { FloatPage, PageValues } from "./pages.ts";

/** The features column of one row of the table. */
export interface TableRow {
  readonly words: PageValues;
  /** How many lists they were in, and how many numbers each has: null if they differ. */
  readonly lists: number;
  readonly listLength: number | null;
}

/**
 * Puts rows together from pages, which may end anywhere. A row is given once the next one begins, the last one at the
 * end of the pages. `depth`: 1 for lists of numbers, 2 for lists of lists.
 */
export async function* tableRows(pages: AsyncIterable<FloatPage>, depth: 1 | 2): AsyncGenerator<TableRow> {
  const row = new GrowingRow(depth);
  for await (const { repetition, values } of pages) {
    let start = 0;
    for (let i = repetition.indexOf(0); i !== -1; i = repetition.indexOf(0, i + 1)) {
      row.add(repetition.subarray(start, i), values.subarray(start, i));
      if (!row.isEmpty) yield row.taken();
      start = i;
    }
    row.add(repetition.subarray(start), values.subarray(start));
  }
  if (!row.isEmpty) yield row.taken();
}

/** A row of which more may come. */
class GrowingRow {
  readonly #depth: 1 | 2;
  #parts: PageValues[] = [];
  #length = 0;
  #lists = 0;
  #listStart = 0;
  #listLength: number | null | undefined;

  constructor(depth: 1 | 2) {
    this.#depth = depth;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  add(repetition: Uint32Array, values: PageValues): void {
    if (values.length === 0) return;
    if (this.#depth === 2) this.#findLists(repetition);
    this.#parts.push(values);
    this.#length += values.length;
  }

  /** The row as it is now; a new one begins. */
  taken(): TableRow {
    this.#endList(this.#length);
    const [first] = this.#parts;
    const words =
      first instanceof Uint16Array ? new Uint16Array(this.#length) : new Float32Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      words.set(part, at);
      at += part.length;
    }
    const row = { words, lists: this.#lists, listLength: this.#listLength ?? null };
    this.#parts = [];
    this.#length = 0;
    this.#lists = 0;
    this.#listStart = 0;
    this.#listLength = undefined;
    return row;
  }

  #findLists(repetition: Uint32Array): void {
    for (let i = 0; i < repetition.length; i++) {
      const at = this.#length + i;
      if (repetition[i] === 2 || at === 0) continue;
      this.#endList(at);
    }
  }

  #endList(end: number): void {
    const length = end - this.#listStart;
    this.#lists += 1;
    this.#listLength = this.#listLength === undefined || this.#listLength === length ? length : null;
    this.#listStart = end;
  }
}
