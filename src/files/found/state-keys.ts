import { bareName } from "../original-form.ts";
import type { PytorchEntry } from "../pytorch/index.ts";
import { viewKey } from "../pytorch/state-dict.ts";
import { bytesOf, type TensorEntry, type TensorFile } from "../tensor-data.ts";

/** The tensors of a state dict, asked by name without the prefixes of wrappers. */
export interface StateKeys {
  /** Shape of the first tensor whose name fits; null when there is none. */
  shape(name: RegExp): readonly number[] | null;
  has(name: RegExp): boolean;
  /** What the pattern's first group is in the names that fit: each text once, in the file's order. */
  texts(name: RegExp): readonly string[];
  /** Whether two names are one tensor, or equal ones in a file that cannot say so. */
  areTied(a: string, b: string): Promise<boolean>;
  /** The names that fit. */
  names(name: RegExp): readonly string[];
}

/** The names of an open file. */
export function stateKeys(file: TensorFile): StateKeys {
  const byName = new Map([...file.tensors.keys()].map((key) => [bareName(key), key]));
  const all = [...byName.keys()];
  const entry = (name: string | undefined): TensorEntry | undefined =>
    file.tensors.get(byName.get(name ?? "") ?? "");
  return {
    shape: (pattern) => entry(all.find((name) => pattern.test(name)))?.shape ?? null,
    has: (pattern) => all.some((name) => pattern.test(name)),
    names: (pattern) => all.filter((name) => pattern.test(name)),
    texts: (pattern) => [...new Set(all.flatMap((name) => pattern.exec(name)?.[1] ?? []))],
    async areTied(a, b) {
      const [first, second] = [byName.get(a), byName.get(b)];
      if (first === undefined || second === undefined) return false;
      const views = [entry(a), entry(b)].map((found) => viewOf(found));
      if (views[0] !== null && views[0] === views[1]) return true;
      if (views[0] !== null) return false;
      const [x, y] = [bytesOf(await file.read(first)), bytesOf(await file.read(second))];
      return Buffer.compare(x, y) === 0;
    },
  };
}

/** What tells tied tensors of a PyTorch file from equal ones; null in files that say nothing about it. */
function viewOf(entry: TensorEntry | undefined): string | null {
  return entry !== undefined && "storage" in entry ? viewKey(entry as PytorchEntry) : null;
}
