import { describe, expect, it } from "vitest";
import { VlPetError } from "../../error.ts";
import { rowReader } from "./row-reader.ts";
import type { FeatureTable } from "./table.ts";

const ROWS = 12;
const GROUP = 4;

/** A table of row groups of four; `log` gets each row that is decoded. Row 6 of `file` "bad" fails. */
function loggedTable(file: string, log: number[]): FeatureTable {
  return {
    file,
    ids: Array.from({ length: ROWS }, (_, row) => `${file}${row}`),
    depth: 1,
    groupEnd: (row) => (Math.floor(row / GROUP) + 1) * GROUP,
    async *rowsFrom(first) {
      const start = Math.floor(first / GROUP) * GROUP;
      for (let row = start; row < start + GROUP; row++) {
        await Promise.resolve();
        if (file === "bad" && row === 6) throw new RangeError("damaged");
        log.push(row);
        yield { row, found: { words: Float32Array.of(row), lists: 1, listLength: 1 } };
      }
    },
    close: () => Promise.resolve(),
  };
}

async function readRows(reader: ReturnType<typeof rowReader>, table: FeatureTable, rows: readonly number[]) {
  const found = await Promise.all(rows.map((row) => reader.read(table, row)));
  return found.map(({ words }) => words[0]);
}

describe("rowReader", () => {
  it("goes through a table once when it is read in order, even many rows at a time", async () => {
    const log: number[] = [];
    const all = Array.from({ length: ROWS }, (_, row) => row);
    expect(await readRows(rowReader(0), loggedTable("a", log), all)).toEqual(all);
    expect(log).toEqual(all);
  });

  it("begins a row group again for a row that it passed and did not keep", async () => {
    const log: number[] = [];
    expect(await readRows(rowReader(0), loggedTable("a", log), [2, 1, 3])).toEqual([2, 1, 3]);
    expect(log).toEqual([0, 1, 2, 0, 1, 2, 3]);
  });

  it("keeps the rows it came by last", async () => {
    const log: number[] = [];
    const reader = rowReader(3 * 4);
    const table = loggedTable("a", log);
    expect(await readRows(reader, table, [3, 1, 2, 3])).toEqual([3, 1, 2, 3]);
    expect(log).toEqual([0, 1, 2, 3]);
    expect(await readRows(reader, table, [0])).toEqual([0]); // forgotten meanwhile; now 1 is, the oldest
    expect(await readRows(reader, table, [2, 3])).toEqual([2, 3]);
    expect(log).toEqual([0, 1, 2, 3, 0]);
  });

  it("does not mix tables up", async () => {
    const [first, second] = [loggedTable("a", []), loggedTable("b", [])];
    const reader = rowReader();
    await readRows(reader, first, [0, 1]);
    expect(await readRows(reader, second, [5])).toEqual([5]);
    expect(await readRows(reader, first, [2, 5])).toEqual([2, 5]);
  });

  it("names the file of a row that cannot be read, and reads others", async () => {
    const reader = rowReader();
    const table = loggedTable("bad", []);
    const error: unknown = await reader.read(table, 7).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(VlPetError);
    expect(error).toMatchObject({ kind: "data", parts: { where: "bad", received: "damaged" } });
    expect(await readRows(reader, table, [5, 9])).toEqual([5, 9]);
  });
});
