import { VlPetError } from "../error.ts";

/**
 * Gives a function that takes note of an id and of the place it stands at.
 *
 * @throws VlPetError "data" (the given function) naming the place when the id was there before; `key` is what files
 * call it.
 */
export function uniqueIds(key: string): (id: number | string, place: string) => void {
  const seen = new Set<string>();
  return (id, place) => {
    const text = String(id);
    if (seen.has(text)) {
      throw new VlPetError("data", `the same ${key} occurs twice`, {
        where: place,
        expected: `every ${key} once`,
        received: text,
        fix: `remove one of them: predictions are told apart by ${key}`,
      });
    }
    seen.add(text);
  };
}
