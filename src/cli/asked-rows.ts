import { loadOptions, type RunConfig, type RunTask } from "../config/index.ts";
import { clipName, imageStem, readRows, type Row } from "../data/index.ts";
import { uniqueIds } from "../data/unique-ids.ts";
import { VlPetError } from "../error.ts";
import { type Asked, cellText, cellTexts, TASKS, type TaskSplit } from "../tasks/index.ts";
import { type AskedItem, askedSplit, taskSource } from "./asked-split.ts";
import { timeSpan } from "./time-span.ts";

/**
 * The rows of a table (CSV or JSON lines) as questions of a task. Columns: `id`, `image`, `images` or `clip`,
 * `question`, `choices`, `subtitles`, `time`; the task custom has the columns that its settings say.
 *
 * @throws VlPetError "data" naming file and line of a row that does not say what the task needs, or says too much.
 */
export async function rowSplit(config: RunConfig, task: RunTask, file: string): Promise<TaskSplit> {
  if (task === "custom") {
    const source = { ...taskSource(config, task), asked: { rows: file } };
    return TASKS[task].load(source, "asked", loadOptions(config, task));
  }
  const requireNew = uniqueIds("id");
  const items = (await readRows(file)).map((row, i) => {
    const where = `${file}:${row.line}`;
    const item = rowItem(row, i + 1, where);
    requireNew(item.id, where);
    try {
      askedSplit(config, task, [item]);
    } catch (error) {
      throw atRow(error, where);
    }
    return item;
  });
  return askedSplit(config, task, items);
}

function rowItem(row: Row, number: number, where: string): AskedItem {
  const pictures = [...cellTexts(row, "image"), ...cellTexts(row, "images")].map(imageStem);
  return {
    id: cellText(row.cells.get("id")) || String(number),
    shown: [...pictures, ...cellTexts(row, "clip").map(clipName)],
    asked: rowAsked(row, where),
  };
}

/** Empty cells ask nothing. */
function rowAsked(row: Row, where: string): Asked {
  const text = cellText(row.cells.get("question"));
  const subtitles = cellTexts(row, "subtitles", "\n");
  const choices = cellTexts(row, "choices");
  const time = cellTexts(row, "time").join("-");
  const span = timeSpan(time);
  if (time !== "" && span === null) {
    throw new VlPetError("data", "this is no time span", {
      where: `${where}, column time`,
      expected: "FROM-TO in seconds, such as 3.5-9.25",
      received: time,
      fix: "write it so, or leave the cell empty",
    });
  }
  return {
    ...(text === "" ? {} : { text }),
    ...(subtitles.length === 0 ? {} : { subtitles }),
    ...(choices.length === 0 ? {} : { choices }),
    ...(span === null ? {} : { time: span }),
  };
}

/** What was wrong with what is asked, at its row. */
function atRow(error: unknown, where: string): unknown {
  if (!(error instanceof VlPetError)) return error;
  const [summary = ""] = error.message.split("\n");
  return new VlPetError("data", summary, { ...error.parts, where, cause: error });
}
