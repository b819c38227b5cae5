/** The answer normalisation that the VQA v2 evaluator and the original's own variant share. */
import { CONTRACTIONS } from "./vqa-contractions.ts";
import { splitBlanks, stripBlanks } from "./white-space.ts";

const MARKS = ';/[]"{}()=+\\_-><@`,?!'.split("");
const DIGIT_COMMA_DIGIT = /\p{Nd},\p{Nd}/u;
const STOP_BEFORE_NO_DIGIT = /\.(?!\p{Nd})/gu;
/** Quirk: the value of the Unicode flag is passed where the number of replacements belongs. */
const MOST_STOPS_DELETED = 32;

const NUMBER_WORDS: ReadonlyMap<string, string> = new Map(
  "none:0 zero:0 one:1 two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10"
    .split(" ")
    .map((entry) => {
      const [word = "", digits = ""] = entry.split(":");
      return [word, digits] as const;
    }),
);
const ARTICLES: ReadonlySet<string> = new Set(["a", "an", "the"]);

/** Line ends and tabs to spaces, blanks at the ends removed: what both evaluators do first. */
export function flattenAnswer(answer: string): string {
  return stripBlanks(answer.replaceAll("\n", " ").replaceAll("\t", " "));
}

/**
 * The punctuation step. A mark next to a space (or any mark, when the answer has a comma between digits) is deleted
 * everywhere, otherwise replaced by a space; then full stops that no digit follows are deleted. Blanks at the
 * ends stay.
 */
export function stripPunctuation(answer: string): string {
  const hasDigitComma = DIGIT_COMMA_DIGIT.test(answer);
  let text = answer;
  for (const mark of MARKS) {
    const deletes = hasDigitComma || answer.includes(`${mark} `) || answer.includes(` ${mark}`);
    text = text.replaceAll(mark, deletes ? "" : " ");
  }
  let deleted = 0;
  return text.replaceAll(STOP_BEFORE_NO_DIGIT, (stop) => (deleted++ < MOST_STOPS_DELETED ? "" : stop));
}

/** The digit and article step: lower case, number words to digits, articles dropped, contractions spelled out. */
export function unifyWords(answer: string): string {
  return splitBlanks(answer.toLowerCase())
    .map((word) => NUMBER_WORDS.get(word) ?? word)
    .filter((word) => !ARTICLES.has(word))
    .map((word) => CONTRACTIONS.get(word) ?? word)
    .join(" ");
}

/** A prediction as both evaluators compare it: flattened, punctuation step, digit and article step. */
export function normalizePrediction(answer: string): string {
  return unifyWords(stripPunctuation(flattenAnswer(answer)));
}

/** The training-label normalisation of the original's `--answer_normalize`: a normalised answer without commas. */
export function normalizeAnswer(answer: string): string {
  return normalizePrediction(answer).replaceAll(",", "");
}
