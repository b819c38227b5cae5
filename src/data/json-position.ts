const TOKEN =
  // oxlint-disable-next-line no-control-regex -- JSON forbids control characters inside strings
  /[ \t\r\n]*(?:([{}[\]:,])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

type State = "value" | "value or ]" | "key" | "key or }" | ":" | ", or end" | "end of text";

/**
 * Where text stops being JSON: the offset of the first token that cannot stand there, or the text's length. The
 * engine's own parser does not tell for every error. Only for text that does not parse.
 */
export function jsonErrorOffset(text: string): number {
  const open: ("{" | "[")[] = [];
  let state: State = "value";
  let offset = 0;
  for (;;) {
    TOKEN.lastIndex = offset;
    const match = TOKEN.exec(text);
    const next: State | undefined | null =
      match && nextState(state, match[1] ?? (match[2] === undefined ? "scalar" : "string"), open);
    if (match === null || next === undefined || next === null) break;
    offset += match[0].length;
    state = next;
  }
  return offset + (/^[ \t\r\n]*/.exec(text.slice(offset))?.[0].length ?? 0);
}

/** What may follow `token` in `state`, undefined if the token cannot stand there. Keeps `open` up to date. */
function nextState(state: State, token: string, open: ("{" | "[")[]): State | undefined {
  const afterValue = (): State => (open.length === 0 ? "end of text" : ", or end");
  const close = (bracket: "{" | "["): State | undefined => {
    if (open.pop() !== bracket) return undefined;
    return afterValue();
  };
  switch (state) {
    case "value":
    case "value or ]":
      if (token === "]") return state === "value" ? undefined : close("[");
      if (token === "{" || token === "[") {
        open.push(token);
        return token === "{" ? "key or }" : "value or ]";
      }
      return token === "string" || token === "scalar" ? afterValue() : undefined;
    case "key":
    case "key or }":
      if (token === "}") return state === "key" ? undefined : close("{");
      return token === "string" ? ":" : undefined;
    case ":":
      return token === ":" ? "value" : undefined;
    case ", or end":
      if (token === ",") return open.at(-1) === "{" ? "key" : "value";
      if (token === "}") return close("{");
      return token === "]" ? close("[") : undefined;
    case "end of text":
      return undefined;
  }
}
