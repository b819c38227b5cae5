/** Scores of generated answers and captions; plain functions that also run in a browser. */
export { bleu, type Bleu, type BleuScores } from "./bleu.ts";
export {
  captionItems,
  captionScores,
  clipCaptionItems,
  clipCaptionScores,
  tokenizedCaptionItems,
  tokenizedCaptionScores,
  type CaptionEvaluation,
  type CaptionReferences,
  type CaptionScores,
  type ClipCaptions,
  type ClipEvaluation,
  type ClipItems,
} from "./caption-scores.ts";
export { choiceAccuracy, type ChoiceAccuracy, type ChoiceQuestion } from "./choice-accuracy.ts";
export { cider, type Cider } from "./cider.ts";
export {
  exactMatch,
  gqaAccuracy,
  type GqaAccuracy,
  type GqaQuestion,
  type GroupAccuracy,
} from "./exact-match.ts";
export { labelScore, type LabelledPrediction } from "./label-score.ts";
export { meteor, spice, type JavaMetric, type JavaMetricOptions } from "./meteor-spice.ts";
export { nlvr2Scores, type Nlvr2Example, type Nlvr2Scores } from "./nlvr2.ts";
export { DROPPED_TOKENS, ptbTokenLines, tokenizeCaptions } from "./ptb-tokenizer.ts";
export { rougeL, type RougeL } from "./rouge-l.ts";
export { roundPercent } from "./round-percent.ts";
export type { TokenizedCaption } from "./tokenized-caption.ts";
export { vqaAccuracy, type VqaAccuracy, type VqaAccuracyOptions, type VqaQuestion } from "./vqa-accuracy.ts";
export { normalizeAnswer, normalizePrediction, stripPunctuation, unifyWords } from "./vqa-normalize.ts";
