import type { Row } from "../data/index.ts";

/** A cell as text; nothing for null and for what is neither text nor number. */
export function cellText(cell: unknown): string {
  if (typeof cell === "string") return cell;
  if (typeof cell === "number" || typeof cell === "boolean") return String(cell);
  return "";
}

/** What stands between the parts of a list in a cell of text, by default. */
export const SEPARATOR = "|";

/**
 * The texts of a row's cell: the members of a list, in CSV what stands between separators, or the one text that it is.
 * White space around each and empty ones are left out.
 */
export function cellTexts(
  { cells, lists }: Pick<Row, "cells" | "lists">,
  column: string,
  separator: string = SEPARATOR,
): readonly string[] {
  const cell = cells.get(column);
  if (Array.isArray(cell)) return filled(cell.map(cellText));
  const text = cellText(cell);
  return filled(lists === "joined" ? text.split(separator) : [text]);
}

function filled(texts: readonly string[]): readonly string[] {
  return texts.map((text) => text.trim()).filter((text) => text !== "");
}
