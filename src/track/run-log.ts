import { open, readFile, type FileHandle } from "node:fs/promises";
import { VlPetError } from "../error.ts";

/** One line of a run's log. `update`: how many updates the run had done. */
export interface LogRecord {
  readonly update: number;
  readonly [field: string]: unknown;
}

/** The log of a run, one JSON record a line, only ever added to. */
export interface RunLog {
  /** The records that were there when it was opened. */
  readonly earlier: readonly LogRecord[];
  /** Adds one whole line. */
  append(record: LogRecord): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the log of a run that goes on after `update` updates. What a stopped run left beyond is cut off: records of
 * later updates, which the run will write again, and a last line that was not finished.
 *
 * @throws VlPetError "data" when an earlier line is no record, or the file cannot be opened.
 */
export async function openRunLog(file: string, update: number): Promise<RunLog> {
  const { earlier, length } = keptRecords(await bytesOf(file), file, update);
  const handle = await opened(file);
  try {
    await handle.truncate(length);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    earlier,
    append: (record) => handle.appendFile(`${JSON.stringify(record)}\n`),
    close: () => handle.close(),
  };
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw unusable(file, "the log of the run cannot be read", cause);
  }
}

async function opened(file: string): Promise<FileHandle> {
  try {
    return await open(file, "a");
  } catch (cause) {
    throw unusable(file, "the log of the run cannot be written", cause);
  }
}

const LINE_END = 10;

/** The records up to `update`, and how many bytes they take. */
function keptRecords(
  bytes: Buffer,
  file: string,
  update: number,
): { readonly earlier: readonly LogRecord[]; readonly length: number } {
  const earlier: LogRecord[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LINE_END); end !== -1; end = bytes.indexOf(LINE_END, start)) {
    const record = parsedRecord(bytes.toString("utf8", start, end), `${file}:${earlier.length + 1}`);
    if (record.update > update) break;
    earlier.push(record);
    start = end + 1;
  }
  return { earlier, length: start };
}

function parsedRecord(line: string, where: string): LogRecord {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch (cause) {
    throw unusable(where, "this line is no record of a run", cause);
  }
  const update = (record as Partial<LogRecord> | null)?.update;
  if (typeof update === "number") return record as LogRecord;
  throw unusable(where, "this line is no record of a run");
}

function unusable(where: string, summary: string, cause?: unknown): VlPetError {
  return new VlPetError("data", summary, {
    where,
    ...(cause instanceof Error ? { received: cause.message } : {}),
    fix: "remove or repair the file: it is only a record, the run does not depend on it",
    cause,
  });
}
