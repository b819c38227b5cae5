/**
 * Penn Treebank tokens as the caption scorers make them: Stanford PTBTokenizer 3.4.1 with `-preserveLines -lowerCase`, then
 * the removal of punctuation (pycocoevalcap, tokenizer/ptbtokenizer.py). The lexer is the table in ptb-rules.ts.
 */
import { automaton, longestMatch, matchesWhole, unitClasses, type Automaton } from "./lexer-automaton.ts";
import type { Pattern } from "./lexer-pattern.ts";
import { LINE_END, PTB_RULES, type LexerRule } from "./ptb-rules.ts";

interface LookAhead {
  readonly match: Automaton;
  readonly before: Automaton;
}

interface Lexer {
  readonly machine: Automaton;
  /** For each rule with a look-ahead: its two halves apart, to find where the token ends. */
  readonly lookAheads: readonly (LookAhead | undefined)[];
}

function lexer(rules: readonly LexerRule[]): Lexer {
  const wholes = rules.map(({ match, before }): Pattern =>
    before === undefined ? match : { kind: "sequence", parts: [match, before] },
  );
  const classes = unitClasses(wholes);
  return {
    machine: automaton(wholes, classes),
    lookAheads: rules.map(({ match, before }) =>
      before === undefined
        ? undefined
        : { match: automaton([match], classes), before: automaton([before], classes) },
    ),
  };
}

/** Built at the first use: the module costs nothing to those who only import it. */
let ptbLexer: Lexer | undefined;

/** The end of the longest match that leaves exactly a look-ahead up to `end`. */
function withoutLookAhead(text: string, from: number, end: number, { match, before }: LookAhead): number {
  let split = end;
  while (split > from && !(matchesWhole(before, text, split, end) && matchesWhole(match, text, from, split)))
    split--;
  return split;
}

/**
 * Lexes a text of several lines; look-ahead may reach into the next line.
 *
 * @returns per line its tokens in lower case, punctuation included. Tokens may hold no-break spaces (phone numbers, mixed
 * fractions, tags).
 */
export function ptbTokenLines(text: string): string[][] {
  ptbLexer ??= lexer(PTB_RULES);
  let line: string[] = [];
  const lines = [line];
  let at = 0;
  while (at < text.length) {
    const found = longestMatch(ptbLexer.machine, text, at);
    const rule = found === undefined ? undefined : PTB_RULES[found.pattern];
    if (found === undefined || rule === undefined) {
      at++; // a character that no rule knows is dropped
      continue;
    }
    const lookAhead = ptbLexer.lookAheads[found.pattern];
    const end = lookAhead === undefined ? found.end : withoutLookAhead(text, at, found.end, lookAhead);
    if (rule === LINE_END) lines.push((line = []));
    else if (rule.token !== undefined) line.push(rule.token(text.slice(at, end)).toLowerCase());
    at = end - (rule.rereads ?? 0);
  }
  return lines;
}

/** Tokens the scorers drop. Brackets arrive in lower case and therefore stay, as do runs such as `?!`. */
export const DROPPED_TOKENS: ReadonlySet<string> = new Set(
  "'' ' `` ` -LRB- -RRB- -LCB- -RCB- . ? ! , : - -- ... ;".split(" "),
);

const LINE_BREAKS = /[\n\r\v\f\u2028\u2029]/g;

/**
 * Tokenises captions for scoring: one string a caption, tokens joined by single spaces, punctuation removed. The
 * captions are lexed as lines of one text, so a few rules see the start of the next caption, as in the original.
 * Line breaks inside a caption count as spaces.
 *
 * @example
 * tokenizeCaptions(["Two dogs, one bone."]); // ["two dogs one bone"]
 */
export function tokenizeCaptions(captions: readonly string[]): string[] {
  const lines = ptbTokenLines(captions.map((caption) => caption.replaceAll(LINE_BREAKS, " ")).join("\n"));
  return captions.map((_, i) => (lines[i] ?? []).filter((token) => !DROPPED_TOKENS.has(token)).join(" "));
}
