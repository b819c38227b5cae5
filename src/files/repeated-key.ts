/**
 * The first key that occurs twice in one object of valid JSON text, at any depth; undefined if there is none.
 * `JSON.parse` keeps the last of them in silence, so two readers could see two different files.
 */
export function repeatedKey(json: string): string | undefined {
  const levels: Set<string>[] = [];
  let begin = 0;
  let end = 0; // of the last string, quotes included
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (character === "{") levels.push(new Set());
    else if (character === "}") levels.pop();
    else if (character === '"') {
      begin = i;
      end = closingQuote(json, i) + 1;
      i = end - 1;
    } else if (character === ":") {
      const key = JSON.parse(json.slice(begin, end)) as string;
      const keys = levels.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

/** Where the string that opens at `quote` closes. */
function closingQuote(json: string, quote: number): number {
  let i = quote + 1;
  while (i < json.length && json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
  return i;
}
