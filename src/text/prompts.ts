/**
 * Quirk: the original spells the prompt of GQA "gpa", in training and in testing, so its published weights have
 * learned this word. Correcting it would change what they compute.
 */
export const GQA_PROMPT = "gpa: ";

/**
 * The words that tell the model which task an input belongs to, as the original's scripts set them
 * (`use_tasks_prompts`). Each ends in one space. Image tasks put the prompt before the sentence, video tasks after it.
 */
export const PROMPTS = {
  vqa: "vqa: ",
  gqa: GQA_PROMPT,
  nlvr: "nlvr: ",
  caption: "caption: ",
  tvqa: "tvqa: ",
  how2qa: "how2qa: ",
  tvc: "tvc: ",
  yc2c: "yc2c: ",
} as const;
