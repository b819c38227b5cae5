import { VlPetError } from "../error.ts";
import type { HostTensor, KeepMaskFill } from "../graph/index.ts";
import { RandomStream } from "../random.ts";

/** Key of the random masks: the same seed and step draw the same masks. */
export interface RandomKey {
  readonly seed: number;
  readonly step: number;
}

/** Draws a dropout mask, a pure function of seed, step and the input's name. `dims` null: its sizes are not known. */
export function keepMask(
  name: string,
  fill: KeepMaskFill,
  dims: readonly number[] | null,
  key: RandomKey | undefined,
): HostTensor {
  if (key === undefined) {
    throw new VlPetError("session", "the model draws random masks, but the run has no random key", {
      where: name,
      fix: "give the run `random: { seed, step }`, or feed the mask",
    });
  }
  if (dims === null) {
    throw new VlPetError("session", "the sizes of a random mask are not known", {
      where: name,
      fix: "give the model an input that has each of the mask's symbols as an axis",
    });
  }
  const data = new Uint8Array(dims.reduce((a, b) => a * b, 1));
  new RandomStream(key.seed, `${name}@${key.step}`).fillKeepMask(data, fill.dropRate);
  return { dtype: "uint8", dims, data };
}
