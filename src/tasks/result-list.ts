import * as v from "valibot";
import { readJson } from "../data/index.ts";
import { VlPetError } from "../error.ts";

const Id = v.union([v.number(), v.string()]);

/** Records as the JSON list that the original writes: sorted keys, four spaces. Keys must be given in sorted order. */
export function resultList(records: readonly Readonly<Record<string, string | number>>[]): string {
  return `${JSON.stringify(records, undefined, 4)}\n`;
}

/**
 * Predictions by example id from a JSON list of records, whose keys are named by `keys`.
 *
 * @throws VlPetError "data" when the file cannot be read, has another form, or holds an id twice.
 */
export async function readResultList(
  file: string,
  { id, text }: { readonly id: string; readonly text: string },
): Promise<ReadonlyMap<string, string>> {
  const records = await readJson(file, v.array(v.looseObject({ [id]: Id, [text]: v.string() })));
  return resultMap(
    records.map((record) => [String(record[id]), String(record[text])]),
    file,
  );
}

/** Predictions by example id. @throws VlPetError "data" when an id occurs twice. */
export function resultMap(
  results: readonly (readonly [id: string, text: string])[],
  file: string,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [index, [id, text]] of results.entries()) {
    if (found.has(id)) {
      throw new VlPetError("data", "two predictions are for the same example", {
        where: `${file}, entry ${index}`,
        expected: "every example once",
        received: id,
        fix: "remove one of them",
      });
    }
    found.set(id, text);
  }
  return found;
}
