import { clipName, imageStem, type Row } from "../data/index.ts";
import { type ErrorParts, VlPetError } from "../error.ts";
import { plain } from "./custom-metrics.ts";
import type { CustomSettings } from "./custom-settings.ts";
import { choicesColumn, customText } from "./custom-text.ts";
import { cellText, cellTexts } from "./row-cells.ts";

/** A row and the file it is from, which errors name. */
export interface PlacedRow extends Row {
  readonly file: string;
}

/** What a row says. */
export interface CustomRow {
  readonly id: string;
  readonly images: readonly string[];
  /** The filled template. */
  readonly text: string;
  /** The most frequent first; empty where the row has none. */
  readonly targets: readonly string[];
  /** What the answer is chosen from, or null where it is a text of its own. */
  readonly choices: readonly string[] | null;
}

/** How rows are read. */
export interface RowReading {
  readonly settings: CustomSettings;
  /** Whether every row must have a target. */
  readonly trains: boolean;
}

/**
 * What the row says that is the `number`-th of its split, from 1.
 *
 * @throws VlPetError "data" naming file and line, when a column is missing, pictures are too few or too many, a target
 * is missing or no choice.
 */
export function customRow(row: PlacedRow, number: number, { settings, trains }: RowReading): CustomRow {
  const choices = rowChoices(row, settings);
  const targets = rowTargets(row, settings);
  if (trains && targets.length === 0) throw withoutTarget(row, settings);
  if (choices !== null) requireChoices(row, targets, choices);
  return {
    id: cellText(row.cells.get(settings.columns.id ?? "id")) || String(number),
    images: rowImages(row, settings),
    text: rowText(row, settings),
    targets: mostFrequentFirst(targets),
    choices,
  };
}

function rowImages(row: PlacedRow, { columns, visual, images, separator }: CustomSettings): string[] {
  const names = columns.image === undefined ? IMAGE_COLUMNS[visual] : [columns.image];
  const column = presentColumn(row, names, "columns.image");
  const found = cellTexts(row, column, separator);
  const wanted = visual === "clip" ? 1 : images;
  if (found.length === wanted) return found.map(visual === "clip" ? clipName : imageStem);
  const kind = visual === "clip" ? "clips" : "pictures";
  throw rowError(row, `the row has another number of ${kind} than the task`, {
    expected: `${wanted} in the column ${column}`,
    received: found.length === 0 ? "none" : found.join(", "),
    fix:
      visual === "clip"
        ? "name one clip"
        : `name as many pictures in every row, and set tasks.custom.images to their number`,
  });
}

const IMAGE_COLUMNS = { images: ["image", "images"], clip: ["clip"] } as const;
const TARGET_COLUMNS = ["answer", "answers"] as const;

/** The choices a row's answer must be one of. */
function rowChoices(row: PlacedRow, settings: CustomSettings): readonly string[] | null {
  if (settings.answer === "text") return null;
  if (settings.choices !== undefined) return settings.choices;
  const column = presentColumn(row, [choicesColumn(settings)], "columns.choices");
  const choices = cellTexts(row, column, settings.separator);
  if (choices.length >= 2) return choices;
  throw rowError(row, "there is nothing to choose from", {
    expected: `at least two choices in the column ${column}`,
    received: choices.length === 0 ? "none" : choices.join(", "),
    fix: `separate choices by ${settings.separator} in CSV, or write a list in JSON`,
  });
}

function rowTargets(row: PlacedRow, { columns, separator }: CustomSettings): readonly string[] {
  const names = columns.target === undefined ? TARGET_COLUMNS : [columns.target];
  const column = names.find((name) => row.cells.has(name));
  return column === undefined ? [] : cellTexts(row, column, separator);
}

function withoutTarget(row: PlacedRow, { columns }: CustomSettings): VlPetError {
  const names = columns.target === undefined ? TARGET_COLUMNS : [columns.target];
  const column = names.find((name) => row.cells.has(name));
  if (column === undefined) return withoutColumn(row, names, "columns.target");
  return rowError(row, "the row has nothing to train towards", {
    expected: `a text in the column ${column}`,
    received: "an empty cell",
    fix: "fill it in, or leave the row out of the training file",
  });
}

function requireChoices(row: PlacedRow, targets: readonly string[], choices: readonly string[]): void {
  const wrong = targets.find((target) => !choices.includes(target));
  if (wrong === undefined) return;
  throw rowError(row, "the target is none of the choices", {
    expected: `one of ${choices.join(", ")}`,
    received: wrong,
    fix: "write the target as the choice is written, or add it to the choices",
  });
}

function rowText(row: PlacedRow, settings: CustomSettings): string {
  return customText(settings, row, (column) => withoutColumn(row, [column], "template"));
}

/** The first of some columns that the row has. */
function presentColumn(row: PlacedRow, names: readonly string[], setting: string): string {
  const column = names.find((name) => row.cells.has(name));
  if (column === undefined) throw withoutColumn(row, names, setting);
  return column;
}

function withoutColumn(row: PlacedRow, names: readonly string[], setting: string): VlPetError {
  return rowError(row, `there is no column ${names.map((name) => `"${name}"`).join(" or ")}`, {
    received: `columns ${[...row.cells.keys()].join(", ")}`,
    fix: `name a column that is there with tasks.custom.${setting}, or add this one`,
  });
}

function rowError(row: PlacedRow, summary: string, parts: ErrorParts): VlPetError {
  return new VlPetError("data", summary, { where: `${row.file}:${row.line}`, ...parts });
}

function mostFrequentFirst(targets: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const target of targets) counts.set(target, (counts.get(target) ?? 0) + 1);
  return targets.toSorted((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
}

/** The choice that a text spells, whatever its case and white space; a text that spells none is left as it is. */
export function spelledChoice(text: string, choices: readonly string[] | null): string {
  return choices?.find((choice) => plain(choice) === plain(text)) ?? text;
}
