/** One cell; numbers stand right, texts left. */
type Cell = string | number;

/** Rows under a header as aligned text, a line each. Numbers are shown as they are. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) =>
    Math.max(...lines.map((line) => String(line[column] ?? "").length)),
  );
  const isRight = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"),
  );
  return lines
    .map((line) => {
      const cells = line.map((cell, column) => {
        const width = widths[column] ?? 0;
        return isRight[column] ? String(cell).padStart(width) : String(cell).padEnd(width);
      });
      return cells.join("  ").trimEnd();
    })
    .join("\n");
}
