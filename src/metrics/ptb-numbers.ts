/** Numbers of the Penn Treebank lexer (Stanford PTBTokenizer 3.4.1). */
import { pattern } from "./lexer-pattern.ts";
import { DIGIT } from "./ptb-characters.ts";

/** A stop, colon, comma or their Arabic kin between the groups of a number: 1,000 and 3.5 and 12:30. */
const GROUP = pattern`[.:,\u00AD\u066B\u066C] ${DIGIT}+`;
export const NUMBER = pattern`[-+]? (${DIGIT}+ | ${DIGIT}* (${GROUP})+)`;

export const RAISED_OR_LOWERED_NUMBER = pattern`
  [\u207A\u207B\u208A\u208B]? ([\u00B2\u00B3\u00B9\u2070\u2074-\u2079]+ | [\u2080-\u2089]+)`;

/** Three parts joined by hyphens or slashes, the last of two to four digits. */
export const DATE = pattern`(${DIGIT}{1,2} [-/]){2} ${DIGIT}{2,4}`;

const FRACTION_PART = pattern`${DIGIT}{1,4}`;
/** 1/2, also after a whole number: 5 1/2 and 22-3/4. */
export const FRACTION = pattern`(${FRACTION_PART} [- \u00A0])? ${FRACTION_PART} (\\?/ | \u2044) ${FRACTION_PART}`;
export const FRACTION_CHARACTER = pattern`[\u00BC-\u00BE\u2153-\u215E]`;

const GAP = pattern`[- \u00A0]`;
const AREA = pattern`[0-9]{2,4}`;
const PLUS = pattern`\+{1,2}`;
/** An area code in brackets, or one or two groups before the number; or groups joined by stops. */
export const PHONE_NUMBER = pattern`
  (\([0-9]{2,3}\) [ \u00A0]? | ${PLUS}? (${AREA} ${GAP}){1,2}) [0-9]{3,4} ${GAP}? [0-9]{3,5}
  | (${PLUS}? ${AREA} \.)? ${AREA} \. [0-9]{3,4} \. [0-9]{3,5}`;
