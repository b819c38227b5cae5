import * as v from "valibot";
import { PRESET_GROUPS, RunConfig, settingLeaves, settingPaths } from "../config/index.ts";
import { type Task, TASKS } from "../tasks/index.ts";

const WIDTH = 78;

/** Words behind a heading, in lines of at most `WIDTH` characters, the later ones indented. */
function wrapped(heading: string, words: readonly string[]): string {
  const lines: string[] = [];
  let line = heading;
  for (const word of words) {
    if (line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = "     ";
    }
    line += ` ${word}`;
  }
  return [...lines, line].join("\n");
}

/** A schema's settings as `name=default`, those without a default by name. */
function settingTexts(schema: v.GenericSchema): readonly (readonly [path: string, text: string])[] {
  const defaults = new Map(settingLeaves(v.parse(schema, {})));
  const leaves = settingPaths(schema).filter(
    (path) => ![...defaults.keys()].some((leaf) => leaf.startsWith(`${path}.`)),
  );
  return leaves.map((path) => {
    const value = defaults.get(path);
    return [path, value === undefined ? path : `${path}=${value}`];
  });
}

/** The settings that tasks have of their own, a paragraph a task. */
function taskSettingsHelp(): readonly string[] {
  return Object.values<Task>(TASKS).flatMap(({ name, settings }) => {
    if (settings === undefined) return [];
    const texts = settingTexts(v.strictObject(settings)).map(([, text]) => text);
    return [wrapped(`  tasks.${name}.`, texts)];
  });
}

/** All settings of a run with their defaults, a paragraph a group, and the presets by group; made from the schema. */
export function settingsHelp(): string {
  const groups = new Map<string, string[]>();
  for (const [path, text] of settingTexts(RunConfig)) {
    const [group = "", ...rest] = path.split(".");
    if (group === "tasks") continue;
    const title = rest.length === 0 ? "" : group;
    const setting = rest.length === 0 ? text : text.slice(group.length + 1);
    groups.set(title, [...(groups.get(title) ?? []), setting]);
  }
  return [
    "Settings and their defaults:",
    ...[...groups].map(([title, settings]) => wrapped(title === "" ? " " : `  ${title}.`, settings)),
    "  tasks.NAME. features train valid test (a folder, and the files of each split)",
    ...taskSettingsHelp(),
    "",
    "Presets:",
    ...Object.entries(PRESET_GROUPS).map(([title, names]) => wrapped(`  ${title}:`, names)),
  ].join("\n");
}
