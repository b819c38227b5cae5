import { stat } from "node:fs/promises";

/**
 * A reading of files that gives what it gave before, as long as somebody holds that and no file has changed: tasks and
 * splits share files of many megabytes. The same files in another order are read anew.
 */
export function keptReading<T extends object>(
  read: (files: readonly string[]) => Promise<T>,
): (files: readonly string[]) => Promise<T> {
  const kept = new Map<string, { readonly stamp: string; readonly content: WeakRef<T> }>();
  return async (files) => {
    const key = JSON.stringify(files);
    const stamp = (await Promise.all(files.map(stampOf))).join(", ");
    const before = kept.get(key);
    const held = before?.stamp === stamp ? before.content.deref() : undefined;
    if (held !== undefined) return held;
    const content = await read(files);
    kept.set(key, { stamp, content: new WeakRef(content) });
    return content;
  };
}

/** Changes with the file's content; a file that is not there is left for the reader to report. */
async function stampOf(file: string): Promise<string> {
  try {
    const { size, mtimeNs } = await stat(file, { bigint: true });
    return `${size} ${mtimeNs}`;
  } catch {
    return "";
  }
}
