/** Abbreviations known to the Penn Treebank lexer (Stanford PTBTokenizer 3.4.1), by how they behave before a full stop. */
import { anyWord, capitalizedWord, pattern } from "./lexer-pattern.ts";

const MONTHS = anyWord("jan feb mar apr jun jul aug sep sept oct nov dec");
const DAYS = anyWord("mon tue tues wed thu thurs fri");
const STATES = anyWord(`
  ala ariz calif colo conn ct dak fla ga ind kan kans ky md mich minn mo mont neb nev okla penn tenn va vt wis wisc wyo`);
/** States that read as common words unless they begin with a capital. */
const CAPITALIZED_STATES = capitalizedWord("Az Ark Del Ill La Mass Miss Ore Pa Tex Wash");
const COMPANIES = anyWord("inc co cos corp ltd plc rt bancorp bhd assn univ intl sys");
/** Proprietary: the vowel is in lower case only. */
const PROPRIETARY = pattern`p{1,2} t [ey] s?`;
const AFTER_NAMES = anyWord("jr sr bros ed.d ph.d blvd rd esq");
const OTHERS = anyWord("tel est ext sq etc al seq bldg");

/** Usually followed by lower case: a capital after it starts a new sentence, and the stop counts twice. */
export const SENTENCE_ENDING_ABBREVIATION = pattern`
  (${MONTHS} | ${DAYS} | ${STATES} | ${CAPITALIZED_STATES} | ${COMPANIES} | ${PROPRIETARY} | ${AFTER_NAMES} | ${OTHERS}) \.`;

const COMPOUND_ACRONYM = pattern`
  (${anyWord("canada sino korean eu japan non")})-u\.s | ${anyWord("u.s.-u.k u.s.-u.s.s.r")}`;
const MORE_LETTERS = pattern`\.[A-Za-z]`;
/** One letter, or letters joined by stops; the last stop is not part of it. */
export const ACRONYM = pattern`[A-Za-z] (${MORE_LETTERS})* | ${COMPOUND_ACRONYM}`;
/** An acronym of two letters or more. */
export const LONG_ACRONYM = pattern`[A-Za-z] (${MORE_LETTERS})+ | ${COMPOUND_ACRONYM}`;

const TITLES = anyWord(`
  mr mrs ms dr drs prof profs sen sens rep reps atty attys lt col gen messrs gov govs adm rev maj sgt cpl pvt capt st ste ave
  pres lieut hon brig cmdr comdr pfc spc supt supts det mt ft adj adv asst assoc ens insp mlle mme msgr sfc`);
const BEFORE_NAMES = anyWord("vs alex wm jos cie a.k.a cf treas ph invt elec natl dept");

/** Manufacturing, mortgage: the middle letter is in lower case only. */
const TRADES = pattern`m[ft]g`;

/** Usually followed by a capital, and never taken for the end of a sentence. */
export const NAME_ABBREVIATION = pattern`${TITLES} | ${capitalizedWord("Miss")} | ${BEFORE_NAMES} | ${TRADES} | ${ACRONYM}`;

/** Abbreviations only before a number. */
export const NUMBER_ABBREVIATION = pattern`(${anyWord("ca fig figs prop no nos art bldg pp op")}) \.`;

/** Words that start a sentence after an acronym, with their capital. */
export const SENTENCE_STARTER = capitalizedWord(`
  A About According Additionally After An As At But Earlier He Her Here However If In It Last Many More Mr. Ms. Now Once
  One Other Our She Since So Some Such That The Their Then There These They This We What When While Yet You`);
