import type { Row } from "../data/index.ts";
import type { VlPetError } from "../error.ts";
import { type CustomSettings, customTemplate } from "./custom-settings.ts";
import { cellText, cellTexts } from "./row-cells.ts";
import { filledTemplate, type TemplatePart, templateParts } from "./template.ts";

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
 * The template, filled with a row's cells. Lists and choices are joined by commas.
 *
 * @throws what `missing` makes of a column that is not there.
 */
export function customText(
  settings: CustomSettings,
  row: Pick<Row, "cells" | "lists">,
  missing: (column: string) => VlPetError,
): string {
  return filledTemplate(settingParts(settings), (name) => {
    if (name === choicesColumn(settings)) {
      const own = cellTexts(row, name, settings.separator);
      const choices = own.length > 0 ? own : (settings.choices ?? []);
      if (choices.length > 0) return choices.join(", ");
    }
    if (!row.cells.has(name)) throw missing(name);
    const cell = row.cells.get(name);
    return Array.isArray(cell) ? cellTexts(row, name).join(", ") : cellText(cell);
  });
}
