import { VlPetError } from "../error.ts";
import type { JsonLine } from "./json-file.ts";

/** What entries with one id are compared by. */
export interface EntryForm<T> {
  /** What files call the entries' ids. */
  readonly key: string;
  /** What is asked, as far as texts are made of it. */
  readonly asked: (entry: T) => unknown;
  /** What counts as right; undefined where the entry does not say. */
  readonly answer: (entry: T) => unknown;
}

/**
 * What some files of one entry a line hold, one file after another, every entry once: of several with one id (`1` and
 * `"1"` are one) that ask the same, the last counts, at the place of the first. An entry without an answer contradicts
 * none.
 *
 * @throws VlPetError "data" naming file and line when two entries have the same id, and ask something else or have
 * different answers.
 */
export async function entriesOnce<T extends { readonly id: number | string }>(
  form: EntryForm<T>,
  files: readonly string[],
  read: (file: string) => Promise<readonly JsonLine<T>[]>,
): Promise<T[]> {
  const found = new Map<string, { readonly value: T; readonly place: string }>();
  for (const file of files) {
    for (const { line, value } of await read(file)) {
      const id = String(value.id);
      const place = `${file}:${line}`;
      const before = found.get(id);
      if (before !== undefined && !isSame(form, before.value, value))
        throw contradiction(form.key, id, before.place, place);
      found.set(id, { value, place });
    }
  }
  return [...found.values()].map(({ value }) => value);
}

function isSame<T>({ asked, answer }: EntryForm<T>, before: T, after: T): boolean {
  if (JSON.stringify(asked(before)) !== JSON.stringify(asked(after))) return false;
  const [first, second] = [answer(before), answer(after)];
  return first === undefined || second === undefined || JSON.stringify(first) === JSON.stringify(second);
}

function contradiction(key: string, id: string, before: string, place: string): VlPetError {
  return new VlPetError("data", `two different entries have the same ${key}`, {
    where: place,
    expected: `every ${key} once, or the same entry again`,
    received: `${id}, which another entry has in ${before}`,
    fix: `leave one of them out: predictions are told apart by ${key}`,
  });
}
