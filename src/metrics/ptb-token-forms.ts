/** How the Penn Treebank lexer writes the tokens it has cut: each function maps the matched text to the token. */

const NO_BREAK_SPACE = "\u00A0";

/** Blanks and line ends inside a token (tags, fractions, phone numbers) become no-break spaces. */
export function withoutBreaks(matched: string): string {
  return matched.replaceAll(" ", NO_BREAK_SPACE);
}

/** Soft hyphens disappear; a token of nothing else becomes a hyphen. */
export function withoutSoftHyphens(matched: string): string {
  const visible = matched.replaceAll("\u00AD", "");
  return visible === "" ? "-" : visible;
}

export function plainAmpersands(matched: string): string {
  return matched.replaceAll(/&amp;/gi, "&");
}

const FRACTIONS: Readonly<Record<string, string>> = {
  "\u00BC": "1/4",
  "\u00BD": "1/2",
  "\u00BE": "3/4",
  "\u2153": "1/3",
  "\u2154": "2/3",
};

export function spelledFraction(matched: string): string {
  return FRACTIONS[matched] ?? matched;
}

/** The Treebank knows only cents, `#` (pound) and `$`; other currency signs stay. */
const CURRENCIES: Readonly<Record<string, string>> = {
  "\u00A2": "cents",
  "\u00A3": "#",
  "\u0080": "$",
  "\u00A4": "$",
  "\u20A0": "$",
  "\u20AC": "$",
};

export function treebankCurrency(matched: string): string {
  return CURRENCIES[matched] ?? matched;
}

const BRACKETS: Readonly<Record<string, string>> = {
  "(": "-LRB-",
  ")": "-RRB-",
  "[": "-LSB-",
  "]": "-RSB-",
  "{": "-LCB-",
  "}": "-RCB-",
};

/** A single bracket as its Treebank name. */
export function bracketName(matched: string): string {
  return BRACKETS[matched] ?? matched;
}

/** Round brackets inside a longer token (smileys, phone numbers) as their Treebank names. */
export function namedRoundBrackets(matched: string): string {
  return matched.replaceAll(/[()]/g, bracketName);
}

export function phoneNumber(matched: string): string {
  return namedRoundBrackets(withoutBreaks(matched));
}

/** Three or four hyphens are a dash; other runs stay as they are. */
export function treebankDash(matched: string): string {
  return matched.length === 3 || matched.length === 4 ? "--" : matched;
}

/** Directed quotes in TeX style; undirected ones become what `straight` says. */
function texQuotes(matched: string, straight: (mark: string) => string): string {
  return matched
    .replaceAll(/&apos;|'|"|&quot;/g, straight)
    .replaceAll(/[\u0091\u2018\u201B\u2039]/g, "`")
    .replaceAll(/[\u0092\u2019\u203A]/g, "'")
    .replaceAll(/[\u0093\u201C\u00AB]/g, "``")
    .replaceAll(/[\u0094\u201D\u00BB]/g, "''");
}

const isDouble = (mark: string): boolean => mark === '"' || mark === "&quot;";

/** Quotes with undirected marks read as opening ones. */
export function leftQuotes(matched: string): string {
  return texQuotes(matched, (mark) => (isDouble(mark) ? "``" : "`"));
}

/** Quotes with undirected marks read as closing ones. */
export function rightQuotes(matched: string): string {
  return texQuotes(matched, (mark) => (isDouble(mark) ? "''" : "'"));
}

/** "I." gives up its stop; a longer acronym keeps it, and the sentence's own stop follows. */
export function acronymAtSentenceEnd(matched: string): string {
  return matched.length === 2 ? matched.slice(0, 1) : matched;
}
