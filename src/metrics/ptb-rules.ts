/**
 * The rules of the Penn Treebank lexer (Stanford PTBTokenizer 3.4.1 with its default options) as one table. At each position the
 * rule whose match, look-ahead included, is longest wins; of equal ones the earlier.
 */
import { pattern, type Pattern } from "./lexer-pattern.ts";
import {
  ACRONYM,
  NAME_ABBREVIATION,
  NUMBER_ABBREVIATION,
  SENTENCE_ENDING_ABBREVIATION,
  SENTENCE_STARTER,
} from "./ptb-abbreviations.ts";
import {
  APOSTROPHE,
  DIGIT,
  LETTER,
  NEWLINE,
  SPACE,
  SPACE_OR_NEWLINE,
  SYMBOL,
  UPPERCASE,
} from "./ptb-characters.ts";
import * as form from "./ptb-token-forms.ts";
import * as number from "./ptb-numbers.ts";
import * as word from "./ptb-words.ts";

export interface LexerRule {
  readonly match: Pattern;
  /** What must follow; not part of the token. */
  readonly before?: Pattern;
  /** The token of a match. A rule without it skips its match. */
  readonly token?: (matched: string) => string;
  /** How many units at the end of the match are read again for the next token. */
  readonly rereads?: number;
}

const keep = (matched: string): string => matched;
const always = (token: string) => (): string => token;
const without =
  (units: number) =>
  (matched: string): string =>
    matched.slice(0, -units);

const IN_SENTENCE_MARK = pattern`[,;:\u3001]`;
const DOUBLE_QUOTE = pattern`" | &quot;`;
const SENTENCE_END = pattern`(${SPACE_OR_NEWLINE}) (${SPACE_OR_NEWLINE} | ${UPPERCASE} | ${word.MARKUP_TAG})`;
const SMILEY = pattern`[<>]? [:;=] [-o*']? [()DPdpO\\{@|[\]]`;
/** Quirk: the first form was meant as mark, dot, mark, but its second list of marks reads "any text up to <". */
const EAST_ASIAN_SMILEY = pattern`
  [x^=~<>]\.\[\^x= [^<\r\n]* <>\] | [-x^=~<>']_[-x^=~<>']
  | \([-x^=~<>'][_.]?[-x^=~<>']\) | \([x^=~<>']-[x^=~<>'\`]\)`;

const SPLIT_WORDS: readonly LexerRule[] = [
  { match: pattern`c\+\+ | (c|f)#`, token: keep },
  { match: pattern`cannot | 'twas`, token: without(3), rereads: 3 },
  { match: pattern`'tis | gonna | gotta | lemme | gimme | wanna`, token: without(2), rereads: 2 },
];

const MARKUP: readonly LexerRule[] = [
  { match: word.MARKUP_TAG, token: form.withoutBreaks },
  { match: pattern`&(md|mdash|ndash); | [\u0096\u0097\u2013-\u2015]`, token: always("--") },
  { match: pattern`&amp;`, token: always("&") },
  { match: pattern`&(ht|tl|ur|lr|qc|ql|qr|odq|cdq|#[0-9]+);`, token: keep },
];

const WORDS: readonly LexerRule[] = [
  { match: word.WORD, before: word.APOSTROPHE_SUFFIX, token: form.withoutSoftHyphens },
  { match: word.WORD_BEFORE_NOT, before: word.NOT_SUFFIX, token: form.withoutSoftHyphens },
  { match: word.WORD, token: form.withoutSoftHyphens },
  { match: word.APOSTROPHE_WORD, token: keep },
  { match: pattern`y ${APOSTROPHE}`, before: LETTER, token: keep },
  { match: word.WEB_ADDRESS, token: keep },
  { match: word.LIKELY_WEB_ADDRESS, token: keep },
  { match: word.MAIL_ADDRESS, token: keep },
  { match: word.HANDLE, token: keep },
  { match: word.APOSTROPHE_SUFFIX, before: pattern`[^A-Za-z]`, token: form.rightQuotes },
  { match: word.NOT_SUFFIX, before: pattern`[^A-Za-z]`, token: form.rightQuotes },
];

const NUMBERS: readonly LexerRule[] = [
  { match: number.DATE, token: keep },
  { match: number.NUMBER, token: form.withoutSoftHyphens },
  { match: number.RAISED_OR_LOWERED_NUMBER, token: keep },
  { match: number.FRACTION, token: form.withoutBreaks },
  { match: number.FRACTION_CHARACTER, token: form.spelledFraction },
];

const SPECIAL: readonly LexerRule[] = [
  {
    match: pattern`-(rrb|lrb|rcb|lcb|rsb|lsb)- | c\.d\.s | pro- | anti- | s(&|&amp;)p-500 | s(&|&amp;)ls
      | cap ${APOSTROPHE} n | c ${APOSTROPHE} est`,
    token: form.plainAmpersands,
  },
  { match: word.SLASHED, token: keep },
  { match: pattern`[A-Z]*\$ | #`, token: keep },
  {
    match: pattern`[\u00A2-\u00A5\u0080\u20A0\u20AC\u060B\u0E3F\u20A4\uFFE0\uFFE1\uFFE5\uFFE6]`,
    token: form.treebankCurrency,
  },
];

const ABBREVIATIONS: readonly LexerRule[] = [
  {
    match: pattern`(${ACRONYM})\.`,
    before: pattern`(${SPACE_OR_NEWLINE})+ (${SENTENCE_STARTER} | ${word.MARKUP_TAG}) (${SPACE_OR_NEWLINE})`,
    token: form.acronymAtSentenceEnd,
    rereads: 1,
  },
  { match: NUMBER_ABBREVIATION, before: pattern`${SPACE_OR_NEWLINE}? ${DIGIT}`, token: keep },
  { match: pattern`(pt[eyEY] | co)\.`, before: pattern`${SPACE} (ltd|lim)`, token: keep },
  { match: SENTENCE_ENDING_ABBREVIATION, before: SENTENCE_END, token: keep, rereads: 1 },
  { match: SENTENCE_ENDING_ABBREVIATION, before: pattern`[^][^]`, token: keep },
  { match: SENTENCE_ENDING_ABBREVIATION, token: keep, rereads: 1 },
  { match: pattern`(${NAME_ABBREVIATION})\.`, token: keep },
  { match: NAME_ABBREVIATION, before: SPACE, token: keep },
  { match: ACRONYM, before: SPACE_OR_NEWLINE, token: keep },
  { match: pattern`${APOSTROPHE}[0-9][0-9]`, before: SPACE_OR_NEWLINE, token: keep },
  { match: word.FILE_NAME, before: pattern`${SPACE_OR_NEWLINE} | [.?!,]`, token: keep },
  { match: pattern`${word.WORD}\.`, before: IN_SENTENCE_MARK, token: form.withoutSoftHyphens },
  { match: number.PHONE_NUMBER, token: form.phoneNumber },
];

const MARKS: readonly LexerRule[] = [
  { match: DOUBLE_QUOTE, before: pattern`[A-Za-z0-9$]`, token: form.leftQuotes },
  { match: DOUBLE_QUOTE, token: form.rightQuotes },
  { match: pattern`\u007F` },
  { match: pattern`< | &lt;`, token: always("<") },
  { match: pattern`> | &gt;`, token: always(">") },
  { match: SMILEY, before: pattern`[^A-Za-z0-9]`, token: form.namedRoundBrackets },
  { match: EAST_ASIAN_SMILEY, token: form.namedRoundBrackets },
  { match: pattern`[()[\]{}]`, token: form.bracketName },
  { match: pattern`-+`, token: form.treebankDash },
  { match: pattern`\.{3,5} | (\.[ \u00A0]){2,4}\. | [\u0085\u2026]`, token: always("...") },
  { match: pattern`@+ | #+ | _+`, token: keep },
  { match: pattern`\*+ | (\\\*){1,3}`, token: keep },
  { match: IN_SENTENCE_MARK, token: keep },
  { match: pattern`[?!]+`, token: keep },
  { match: pattern`[.¡¿\u037E\u0589\u061F\u06D4\u0700-\u0702\u07FA\u3002]`, token: keep },
  { match: pattern`= | /`, token: keep },
];

const JOINED_WORDS: readonly LexerRule[] = [
  { match: pattern`${word.HYPHENATED}\.`, before: IN_SENTENCE_MARK, token: form.withoutSoftHyphens },
  { match: word.HYPHENATED, token: form.withoutSoftHyphens },
  { match: pattern`${word.JOINED}\.`, before: IN_SENTENCE_MARK, token: keep },
  { match: word.JOINED, token: keep },
  { match: pattern`${word.CAPITALS_WITH_AND}\.`, before: IN_SENTENCE_MARK, token: form.plainAmpersands },
  { match: word.CAPITALS_WITH_AND, token: form.plainAmpersands },
];

const QUOTES_AND_SYMBOLS: readonly LexerRule[] = [
  { match: pattern`'`, before: pattern`[A-Za-z][^ \t\n\r\u00A0]`, token: form.leftQuotes },
  { match: word.APOSTROPHE_SUFFIX, token: form.rightQuotes },
  { match: word.NOT_SUFFIX, token: form.rightQuotes },
  {
    match: pattern`${APOSTROPHE} | '' | [\`\u0091-\u0094\u2018-\u201F\u2039\u203A\u00AB\u00BB]{1,2}`,
    token: form.rightQuotes,
  },
  { match: pattern`<< | >>`, token: keep },
  { match: SYMBOL, token: keep },
  { match: pattern`\u0000 | ${SPACE}+ | [\u200B\u200E\u200F\uFEFF] | &nbsp;` },
];

export const LINE_END: LexerRule = { match: NEWLINE };

export const PTB_RULES: readonly LexerRule[] = [
  ...SPLIT_WORDS,
  ...MARKUP,
  ...WORDS,
  ...NUMBERS,
  ...SPECIAL,
  ...ABBREVIATIONS,
  ...MARKS,
  ...JOINED_WORDS,
  ...QUOTES_AND_SYMBOLS,
  LINE_END,
];
