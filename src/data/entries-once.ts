import { VlPetError } from "../error.ts";
import type { JsonLine } from "./json-file.ts";

/**
 * What some files of one entry a line hold, one file after another, every entry once: one that comes again unchanged
 * is left out.
 *
 * @param key what files call the entries' ids.
 * @throws VlPetError "data" naming file and line when two different entries have the same id.
 */
export async function entriesOnce<T extends { readonly id: number | string }>(
  key: string,
  files: readonly string[],
  read: (file: string) => Promise<readonly JsonLine<T>[]>,
): Promise<T[]> {
  const found = new Map<string, { readonly value: T; readonly place: string }>();
  for (const file of files) {
    for (const { line, value } of await read(file)) {
      const id = String(value.id);
      const place = `${file}:${line}`;
      const before = found.get(id);
      if (before === undefined) found.set(id, { value, place });
      else if (JSON.stringify(before.value) !== JSON.stringify(value))
        throw contradiction(key, id, before.place, place);
    }
  }
  return [...found.values()].map(({ value }) => value);
}

function contradiction(key: string, id: string, before: string, place: string): VlPetError {
  return new VlPetError("data", `two different entries have the same ${key}`, {
    where: place,
    expected: `every ${key} once, or the same entry again`,
    received: `${id}, which another entry has in ${before}`,
    fix: `leave one of them out: predictions are told apart by ${key}`,
  });
}
