/** What Python's `str.split()` and `str.strip()` take for blank; JavaScript's `\s` differs in a few control characters. */
const BLANK = "\\t-\\r\\u001C-\\u0020\\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000";
const BLANKS = new RegExp(`[${BLANK}]+`);
const OUTER_BLANKS = new RegExp(`^[${BLANK}]+|[${BLANK}]+$`, "g");

/** The words between blanks, as Python's `text.split()`. */
export function splitBlanks(text: string): string[] {
  return text.split(BLANKS).filter((word) => word !== "");
}

/** The text without blanks at its ends, as Python's `text.strip()`. */
export function stripBlanks(text: string): string {
  return text.replaceAll(OUTER_BLANKS, "");
}
