import type { VlPetError } from "../error.ts";
import { type CustomSettings, customTemplate } from "./custom-settings.ts";
import { filledTemplate, type TemplatePart, templateParts } from "./template.ts";

/** A cell as text; nothing for null and for what is neither text nor number. */
export function cellText(cell: unknown): string {
  if (typeof cell === "string") return cell;
  if (typeof cell === "number" || typeof cell === "boolean") return String(cell);
  return "";
}

/** The texts of a cell: the members of a list, or what stands between separators. Empty ones are left out. */
export function cellTexts(cell: unknown, separator: string): readonly string[] {
  const parts = Array.isArray(cell) ? cell.map(cellText) : cellText(cell).split(separator);
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** What the column of the choices is called. */
export function choicesColumn({ columns }: CustomSettings): string {
  return columns.choices ?? "choices";
}

function settingParts(settings: CustomSettings): readonly TemplatePart[] {
  return templateParts(customTemplate(settings)) ?? []; // the schema lets no template pass that has none
}

/** The columns that the template names. */
export function templateColumns(settings: CustomSettings): readonly string[] {
  return settingParts(settings).flatMap((part) => ("name" in part ? [part.name] : []));
}

/**
 * The template, filled with cells by column. Lists and choices are joined by commas.
 *
 * @throws what `missing` makes of a column that is not there.
 */
export function customText(
  settings: CustomSettings,
  cells: ReadonlyMap<string, unknown>,
  missing: (column: string) => VlPetError,
): string {
  return filledTemplate(settingParts(settings), (name) => {
    const cell = cells.get(name);
    if (name === choicesColumn(settings)) {
      const choices = cellTexts(cell ?? settings.choices, settings.separator);
      if (choices.length > 0) return choices.join(", ");
    }
    if (!cells.has(name)) throw missing(name);
    return Array.isArray(cell) ? cellTexts(cell, settings.separator).join(", ") : cellText(cell);
  });
}
