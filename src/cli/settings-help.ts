import * as v from "valibot";
import { PRESETS, RunConfig, settingLeaves, settingPaths } from "../config/index.ts";

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

/** All settings of a run with their defaults, a paragraph a group, and the presets; made from the schema. */
export function settingsHelp(): string {
  const defaults = new Map(settingLeaves(v.parse(RunConfig, {})));
  const groups = new Map<string, string[]>();
  for (const path of settingPaths(RunConfig)) {
    const isGroup = [...defaults.keys()].some((leaf) => leaf.startsWith(`${path}.`));
    const [group = "", ...rest] = path.split(".");
    if (isGroup || group === "tasks") continue;
    const value = defaults.get(path);
    const name = rest.length === 0 ? group : rest.join(".");
    const title = rest.length === 0 ? "" : group;
    groups.set(title, [...(groups.get(title) ?? []), value === undefined ? name : `${name}=${value}`]);
  }
  return [
    "Settings and their defaults:",
    ...[...groups].map(([title, settings]) => wrapped(title === "" ? " " : `  ${title}.`, settings)),
    "  tasks.NAME. features train valid test (a folder, and the files of each split)",
    "  tasks.NAME=null leaves out one of a preset's tasks",
    "",
    wrapped("Presets:", Object.keys(PRESETS)),
  ].join("\n");
}
