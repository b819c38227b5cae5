/** Items made ahead of their use, in order. */
export interface Ahead<T> {
  /** The next item; making the ones behind it goes on meanwhile. Rejects as its making did. */
  next(): Promise<T>;
}

/**
 * Makes the items `start` … `end` − 1 ahead of their use, up to `depth` at a time beyond the one in use. What fails
 * is reported when its turn comes, and nothing is begun behind it.
 */
export function ahead<T>(
  make: (index: number) => Promise<T>,
  { start, end, depth }: { readonly start: number; readonly end: number; readonly depth: number },
): Ahead<T> {
  const begun: Promise<T>[] = [];
  let index = start;
  let last = end;
  const begin = (): void => {
    while (begun.length < depth && index < last) {
      const item = make(index++);
      item.catch(() => {
        last = index;
      });
      begun.push(item);
    }
  };
  begin();
  return {
    next() {
      const item = begun.shift();
      if (item === undefined) throw new RangeError("internal: nothing was left to be made ahead");
      begin();
      return item;
    },
  };
}
