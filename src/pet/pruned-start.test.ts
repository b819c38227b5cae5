import { describe, expect, it } from "vitest";
import type { Counterpart, FlowStep } from "../nn/index.ts";
import { prunedStart } from "./pruned-start.ts";

function link(name: string, isBeside = true): Counterpart {
  return { from: name, to: isBeside ? `side ${name}` : null };
}

/** Tensors by path, as rows. */
const TENSORS: Readonly<Record<string, readonly (readonly number[])[]>> = {
  // Columns weigh 3, 5, 4, 1: channels 1 and 2 are kept.
  table: [
    [1, -3, 4, 0],
    [-2, 2, 0, 1],
  ],
  gain: [[10], [11], [12], [13]],
  // Products over the kept columns: rows weigh 1·1 + 1·1, 0 + 4·9, 2·2 + 1·1, 0; rows 1 and 2 are kept. Column 0 would
  // have made row 3 the heaviest.
  query: [
    [0, 1, 1, 0],
    [0, 0, 4, 0],
    [0, -2, 1, 0],
    [99, 5, 0, 0],
  ],
  key: [
    [0, 1, -1, 0],
    [0, 7, 9, 0],
    [0, 2, 1, 0],
    [99, 0, 6, 0],
  ],
  bias: [[20], [21], [22], [23]],
  // Over columns 1 and 2: 1, 3, 2, 5.
  out: [
    [9, 1, 0, 9],
    [0, -1, 2, 0],
    [9, 0, 2, 9],
    [0, 2, -3, 0],
  ],
  last: [[30], [31], [32], [33]],
};

const FLOW: readonly FlowStep[] = [
  { kind: "table", from: "table" },
  { kind: "copy", table: link("gain") },
  { kind: "norm", vectors: [link("gain", false)] },
  { kind: "maps", weights: [link("query"), link("key", false)], biases: [link("bias")] },
  { kind: "maps", weights: [link("out")], biases: [] },
  { kind: "norm", vectors: [link("last")] },
];

async function read(path: string) {
  const rows = TENSORS[path] ?? [];
  const width = rows[0]?.length ?? 0;
  return {
    values: Float32Array.from(rows.flat()),
    shape: width === 1 ? [rows.length] : [rows.length, width],
  };
}

describe("prunedStart", () => {
  it("keeps the heaviest channels along the way, and only where a side layer lies", async () => {
    const started = await prunedStart({ flow: FLOW, read }, 2);
    expect(Object.fromEntries([...started].map(([path, values]) => [path, [...values]]))).toEqual({
      "side gain": [10, 11, 12, 13],
      "side query": [0, 4, -2, 1], // rows 1 and 2, columns 1 and 2
      "side bias": [21, 22],
      "side out": [-1, 2, 2, -3], // rows 1 and 3
      "side last": [31, 33],
    });
  });

  it("keeps all when nothing is reduced", async () => {
    const started = await prunedStart({ flow: FLOW, read }, 1);
    expect([...(started.get("side out") ?? [])]).toEqual(TENSORS["out"]?.flat());
  });

  it("refuses a reduction that leaves fractions of channels", async () => {
    await expect(prunedStart({ flow: FLOW, read }, 3)).rejects.toThrow(
      /pet\.reduction[\s\S]*a divisor of 4[\s\S]*received: 3/,
    );
  });
});
