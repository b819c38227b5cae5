import { VlPetError } from "../error.ts";
import { requireAsked } from "./asked.ts";
import type { CustomSettings } from "./custom-settings.ts";
import { choicesColumn, customText, templateColumns } from "./custom-text.ts";
import type { Asked, Example } from "./task.ts";

/**
 * The source text of what is asked, as the template makes it of a row with the columns `subtitles`, `time`, the choices,
 * the named parts, and the text as `question` or, if there is only one more column, as that one.
 *
 * @throws VlPetError "config" when the template has a column that nothing fills, or something fills none.
 */
export function askedCustom(asked: Asked, settings: CustomSettings, prompt: string): Pick<Example, "prompt"> {
  const { text, subtitles, time, choices, parts = {} } = asked;
  const columns = templateColumns(settings);
  const own = new Set([choicesColumn(settings), "subtitles", "time", ...Object.keys(parts)]);
  const open = columns.filter((column) => !own.has(column));
  const [first, ...more] = new Set(open);
  const textColumn = open.includes("question") || more.length > 0 ? "question" : first;
  const choosesOwn = settings.answer === "choice" && settings.choices === undefined;
  requireAsked("custom", asked, {
    needed: choosesOwn ? ["choices"] : [],
    optional: [
      ...(textColumn !== undefined && columns.includes(textColumn) ? (["text"] as const) : []),
      ...(columns.includes("subtitles") ? (["subtitles"] as const) : []),
      ...(columns.includes("time") ? (["time"] as const) : []),
      ...(columns.includes(choicesColumn(settings)) ? (["choices"] as const) : []),
      "parts",
    ],
  });
  requireNamed(Object.keys(parts), columns);
  const cells = new Map<string, unknown>(Object.entries(parts));
  if (text !== undefined && textColumn !== undefined) cells.set(textColumn, text);
  if (subtitles !== undefined) cells.set("subtitles", subtitles.join(" "));
  if (time !== undefined) cells.set("time", time.join("-"));
  if (choices !== undefined) cells.set(choicesColumn(settings), choices);
  const row = { cells, lists: "arrays" } as const;
  return { prompt: prompt + customText(settings, row, (column) => unfilled(column, textColumn)) };
}

function requireNamed(names: readonly string[], columns: readonly string[]): void {
  const useless = names.find((name) => !columns.includes(name));
  if (useless === undefined) return;
  throw new VlPetError("config", `the template of the task custom has no place for "${useless}"`, {
    expected: columns.length === 0 ? "no part at all" : columns.join(", "),
    fix: "leave it out, or change tasks.custom.template",
  });
}

function unfilled(column: string, textColumn: string | undefined): VlPetError {
  return new VlPetError("config", `the task custom needs the part "${column}" of its text`, {
    where: `tasks.custom.template has {${column}}`,
    fix: column === textColumn ? "ask a question" : `give the part "${column}"`,
  });
}
