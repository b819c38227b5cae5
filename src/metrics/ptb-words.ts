/** Words, names and addresses of the Penn Treebank lexer (Stanford PTBTokenizer 3.4.1). */
import { anyWord, pattern } from "./lexer-pattern.ts";
import { LONG_ACRONYM } from "./ptb-abbreviations.ts";
import { APOSTROPHE, DIGIT, HYPHEN, INNER_APOSTROPHE, LETTER, WORD_LETTER } from "./ptb-characters.ts";

const WORD_PART = pattern`(${WORD_LETTER}) (${WORD_LETTER} | ${DIGIT})*`;
/** A word; a full stop, `!` or `?` directly between two letters does not end it. */
export const WORD = pattern`${WORD_PART} ([.!?] ${WORD_PART})*`;

/** Contracted verbs and the possessive: 's, 'm, 'd, 're, 've, 'll. */
export const APOSTROPHE_SUFFIX = pattern`${APOSTROPHE} ([dmsDMS] | ll | re | ve)`;
/** The contracted "not", and the part of a word before it, whose last letter is not an n. */
export const NOT_SUFFIX = pattern`n ${INNER_APOSTROPHE} t`;
export const WORD_BEFORE_NOT = pattern`[A-Za-z\u00AD]* [A-MO-Za-mo-z] \u00AD*`;

/** 'n, 'n', 'em, '80s, 'til, 'cause. */
const APOSTROPHE_FIRST = pattern`${APOSTROPHE} (n ${APOSTROPHE}? | em | [2-9]0s | till? | cause)`;
/** d', l', j', ol', dunkin', somethin'. */
const APOSTROPHE_LAST = pattern`([dlDL] | [jJ] | ${anyWord("ol dunkin somethin")}) ${APOSTROPHE}`;
const APOSTROPHE_INSIDE = pattern`
  ${anyWord("'twas c'mon e'er ev'ry li'l nat'l nor'easter s'mores")} | cont'd\.? | o ${INNER_APOSTROPHE} o`;
/** One capital (I and Y would be pronouns) before a name: O'Neill. The n serves "don'ts". */
const NAME_AFTER_CAPITAL = pattern`[A-HJ-XZn] ${INNER_APOSTROPHE} ${LETTER}{2} ${LETTER}*`;
/** An apostrophe between two vowels, or before a capital: ma'am. */
const APOSTROPHE_BETWEEN_VOWELS = pattern`${LETTER}+ [aeiouyAEIOUY] ${INNER_APOSTROPHE} [aeiouA-Z] ${LETTER}*`;

/** Words with an apostrophe that stay in one piece. */
export const APOSTROPHE_WORD = pattern`
  ${APOSTROPHE_FIRST} | ${APOSTROPHE_LAST} | ${APOSTROPHE_INSIDE} | ${NAME_AFTER_CAPITAL} | ${APOSTROPHE_BETWEEN_VOWELS}`;

const SLASH_PART = pattern`[A-Za-z0-9]+ (-[A-Za-z]+){0,2}`;
/** Parts joined by one or two slashes (and/or, black/white/red), each with up to two hyphenated endings. */
export const SLASHED = pattern`${SLASH_PART} (\\?/ ${SLASH_PART}){1,2}`;
/** Hyphenated words whose first part may hold stops and commas. */
export const HYPHENATED = pattern`
  [A-Za-z0-9] [A-Za-z0-9.,\u00AD]* (- ([A-Za-z0-9\u00AD]+ | (${LONG_ACRONYM})\.))+`;
const ALPHANUMERIC = pattern`[${LETTER}${DIGIT}]`;
const ELIDED_PART = pattern`([dloDLO] ${INNER_APOSTROPHE} ${ALPHANUMERIC})? ${ALPHANUMERIC}+`;
/** Letters and digits joined by any hyphen, each part optionally after d', l' or o'. */
export const JOINED = pattern`${ELIDED_PART} (${HYPHEN} ${ELIDED_PART})*`;
/** AT&T, R+D. */
export const CAPITALS_WITH_AND = pattern`[A-Z]+ (([+&] | &amp;) [A-Z]+)+`;

/** What no address holds. */
const BREAK = pattern`[ \t\n\f\r"<>|()]`;
const CLOSING_MARK = pattern`[-.,!?{}]`;
const LINK_END = pattern`[^${BREAK}${CLOSING_MARK}]`;
const TOP_DOMAIN = anyWord("com net org edu");
/** Quirk: the original's exclusion of comma, hyphen and underscore reads as a range, and so excludes digits and capitals. */
const HOST_UNIT = pattern`[^${BREAK}${CLOSING_MARK}\`',-_$]`;
const HOST = pattern`www\. ([^${BREAK}.,!?{}]+ \.)+ [A-Za-z]{2,4} | (${HOST_UNIT}+ \.)+ (${TOP_DOMAIN})`;
/** Web addresses, with their scheme or by the look of the host. */
export const WEB_ADDRESS = pattern`https?:\/\/ [^${BREAK}{}]+ ${LINK_END}`;
export const LIKELY_WEB_ADDRESS = pattern`(${HOST}) (/ [^${BREAK}]+ ${LINK_END})?`;

const MAIL_BREAK = pattern`[${BREAK}{}\u00A0]`;
export const MAIL_ADDRESS = pattern`
  (< | &lt;)? [A-Za-z0-9] [^${MAIL_BREAK}]* @ ([^${MAIL_BREAK}.]+ \.)* [^${MAIL_BREAK}.]+ (> | &gt;)?`;
/** Names and topics of short messages: @user, #topic. */
export const HANDLE = pattern`@ [A-Za-z_] [A-Za-z0-9_]* | # (${WORD_LETTER})+`;

const FILE_ENDING = anyWord(`
  bat bmp c cgi class cpp dll doc docx exe gif gz h htm html jar java jpeg jpg mov mp3 pdf php pl png ppt ps py sql tar
  txt wav x xml zip`);
const FILE_PART = pattern`(${WORD_LETTER} | ${DIGIT})+`;
export const FILE_NAME = pattern`(${FILE_PART} \.)+ (${FILE_ENDING})`;

const TAG_NAME = pattern`[A-Za-z] [A-Za-z0-9_:.-]*`;
/** Unlike the original's, a quoted value ends at the line: a tag never swallows the border between two captions. */
const TAG_VALUE = pattern`'[^'\r\n]*' | "[^"\r\n]*"`;
const ATTRIBUTE = pattern`${TAG_NAME} ([ ]* = [ ]* (${TAG_VALUE}))?`;
const OPENING_TAG = pattern`${TAG_NAME} ([ ]+ ${ATTRIBUTE})* [ ]* /?`;
/** Opening and closing tags, declarations and processing instructions. */
export const MARKUP_TAG = pattern`< ([!?] [A-Za-z-] [^>\r\n]* | ${OPENING_TAG} | /${TAG_NAME}) [ ]* >`;
