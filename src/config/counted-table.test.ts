import { describe, expect, it } from "vitest";
import { METHODS } from "../pet/index.ts";
import { countedTable } from "./counted-table.ts";
import { METHOD_TABLE } from "./method-table.ts";

function printed(percent: number): string {
  return percent.toFixed(2);
}

describe("the table of trained parameters", () => {
  it("has a row for every method", () => {
    const shown = new Set<string>(METHOD_TABLE.map(({ bart }) => bart.pet.name));
    const missing = Object.keys(METHODS).filter((name) => !shown.has(name));
    expect(missing, "these methods need a row in src/config/method-table.ts").toEqual([]);
  });

  it("reaches every percentage of the paper, or shows a counting that does and says why it is not ours", () => {
    const cells = countedTable().flatMap(({ what, bart, t5 }) =>
      [bart, t5].flatMap((cell) => (cell.paper === null ? [] : [{ what, ...cell }])),
    );
    expect(cells.length).toBeGreaterThan(20);
    const reached = cells.filter(({ percent, paper }) => printed(percent) === printed(paper ?? 0));
    const others = cells.filter((cell) => !reached.includes(cell));
    expect(reached.filter(({ nearest }) => nearest !== null)).toEqual([]);
    expect(others.map(({ what }) => what)).toEqual(["BitFit", "LoRA", "VL-Adapter (one for all tasks)"]);
    for (const { nearest, paper } of others) {
      expect(printed(nearest?.percent ?? 0)).toBe(printed(paper ?? 0));
      expect(nearest?.why).toContain("Ladder Side-Tuning");
    }
  });
});
