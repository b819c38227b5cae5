/** Records about as long as this are given out together. */
const CHUNK = 2 ** 16;

/** A JSON list of records with four spaces a level, in pieces: such lists are longer than a text can be. */
export async function* jsonList(records: AsyncIterable<object> | Iterable<object>): AsyncGenerator<string> {
  let pending = "[";
  let isFirst = true;
  for await (const record of records) {
    pending += `${isFirst ? "" : ","}\n${JSON.stringify([record], undefined, 4).slice(2, -2)}`;
    isFirst = false;
    if (pending.length < CHUNK) continue;
    yield pending;
    pending = "";
  }
  yield `${pending}${isFirst ? "" : "\n"}]\n`;
}
