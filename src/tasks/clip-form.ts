import type { TaskForm } from "./task.ts";

/**
 * How all four benchmarks of clips are read, trained and answered. Texts have the same limit of 20 in training and in
 * generation, so the improved behaviour changes nothing here.
 * Quirk: answers of two characters, to questions, are searched for with the run's beams as captions are; those about
 * pictures are written greedily.
 */
export const CLIP_FORM: TaskForm = {
  loss: "example-mean",
  limits: { source: 600, target: 20 },
  visual: "clip",
  answer: { kind: "text", beams: "config", maxLength: 20 },
};
