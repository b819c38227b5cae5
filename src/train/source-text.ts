import type { Example } from "../tasks/index.ts";
import type { Tokenizer } from "../text/index.ts";

/** An infinite limit is no limit. */
export function limited(maxLength: number): { readonly maxLength?: number } {
  return Number.isFinite(maxLength) ? { maxLength } : {};
}

/** The first half of a character of two, whose second half was cut off. */
const HALF_CHARACTER = /[\uD800-\uDBFF]$/;

/**
 * Token ids of an example's source text, markers included, at most `limit`. Where the example says which part can be
 * spared, that part is cut first, as little as is needed; anything else is cut off at the text's end.
 */
export function sourceIds(
  tokenizer: Tokenizer,
  { prompt, spare }: Pick<Example, "prompt" | "spare">,
  limit: number,
): number[] {
  if (spare === undefined || !Number.isFinite(limit)) return tokenizer.encode(prompt, limited(limit));
  const whole = tokenizer.encode(prompt);
  if (whole.length <= limit) return whole;
  const [start, end] = spare;
  const shortened = (kept: number): string =>
    prompt.slice(0, start + kept).replace(HALF_CHARACTER, "") + prompt.slice(end);
  // The most characters of the spare part that fit. Tokens may join across a cut, which moves the end by one or two.
  let [fits, tooLong] = [0, end - start];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (tokenizer.encode(shortened(middle)).length <= limit) fits = middle;
    else tooLong = middle;
  }
  return tokenizer.encode(shortened(fits), limited(limit));
}
