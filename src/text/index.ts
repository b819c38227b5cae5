export { IMAGE_REGION_TOKENS, TEXT_SPAN_TOKENS } from "./added-tokens.ts";
export { bartTokenizer } from "./bart-tokenizer.ts";
export { loadTokenizer } from "./load-tokenizer.ts";
export { GQA_PROMPT, PROMPTS } from "./prompts.ts";
export { t5Tokenizer } from "./t5-tokenizer.ts";
export type { Tokenizer } from "./tokenizer.ts";
