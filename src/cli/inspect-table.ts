import { countedTable, type CountedCell, type CountedRow } from "../config/index.ts";
import { table } from "./table.ts";

function percent(value: number | null): string {
  return value === null ? "-" : value.toFixed(2);
}

function cells({ trained, total, percent: share, paper }: CountedCell): readonly (string | number)[] {
  return [trained, total, percent(share), percent(paper)];
}

/** What is said of a cell whose number is not the paper's. */
function note(
  what: string,
  backbone: string,
  { paper, percent: share, nearest }: CountedCell,
): readonly string[] {
  if (nearest === null) return [];
  const numbers = `${percent(share)} here, ${percent(paper)} in the paper, nearest ${percent(nearest.percent)}`;
  return [`${what} on ${backbone}: ${numbers}. ${nearest.why}.`];
}

function tableText(rows: readonly CountedRow[]): string {
  const head = ["trained", "of all", "%", "paper"];
  const header = ["method", ...head.map((name) => `bart ${name}`), ...head.map((name) => `t5 ${name}`)];
  const lines = table(
    header,
    rows.map(({ what, bart, t5 }) => [what, ...cells(bart), ...cells(t5)]),
  );
  const notes = rows.flatMap(({ what, bart, t5 }) => [
    ...note(what, "bart-base", bart),
    ...note(what, "t5-base", t5),
  ]);
  return [lines, "", ...notes].join("\n");
}

/** Prints what every method trains on bart-base and t5-base, beside the paper's percentages. */
export function printMethodTable(json: boolean): void {
  const rows = countedTable();
  console.log(json ? JSON.stringify(rows, null, 2) : tableText(rows));
}
