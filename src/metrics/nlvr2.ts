/** NLVR2 accuracy and consistency, as the official script and the original compute them. */
import { VlPetError } from "../error.ts";

/** A labelled sentence with its pair of images; the identifier is `split-set-pair-sentence`. */
export interface Nlvr2Example {
  readonly identifier: string;
  readonly label: boolean;
}

/** Both in [0, 1]. */
export interface Nlvr2Scores {
  readonly accuracy: number;
  /** Share of sentences that are judged right on all of their image pairs. */
  readonly consistency: number;
}

/** Examples of one sentence differ in the third part of the identifier, the image pair. */
function sentenceOf(identifier: string): string {
  const parts = identifier.split("-");
  if (parts.length < 3) {
    throw new VlPetError("data", "an NLVR2 identifier does not name its image pair", {
      where: identifier,
      expected: "split-set-pair-sentence, such as dev-12-0-1",
    });
  }
  return parts.with(2, "").join("-");
}

/**
 * @param predictions truth value by identifier; further identifiers are ignored.
 * @returns zeros when there are no examples.
 * @throws VlPetError of kind `data` when an example has no prediction or a malformed identifier.
 */
export function nlvr2Scores(
  examples: readonly Nlvr2Example[],
  predictions: ReadonlyMap<string, boolean>,
): Nlvr2Scores {
  const missing = examples.filter(({ identifier }) => !predictions.has(identifier));
  if (missing.length > 0) {
    const named = missing.slice(0, 5).map(({ identifier }) => identifier);
    throw new VlPetError("data", "some NLVR2 examples have no prediction", {
      where: named.join(", "),
      expected: `${examples.length} predictions`,
      received: `${examples.length - missing.length}`,
      fix: "predict every example of the split",
    });
  }
  let correct = 0;
  const sentences = new Map<string, boolean>();
  for (const { identifier, label } of examples) {
    const isCorrect = predictions.get(identifier) === label;
    if (isCorrect) correct++;
    const sentence = sentenceOf(identifier);
    sentences.set(sentence, isCorrect && (sentences.get(sentence) ?? true));
  }
  if (examples.length === 0) return { accuracy: 0, consistency: 0 };
  const consistent = [...sentences.values()].filter(Boolean).length;
  return { accuracy: correct / examples.length, consistency: consistent / sentences.size };
}
