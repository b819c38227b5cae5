import type { RandomStream } from "../../random.ts";

/** A text to read and the text to write. */
export interface TextPair {
  readonly source: string;
  readonly target: string;
}

/** Makes pair `index` of a task; pairs have to be asked for in order. */
export type PairMaker = (index: number, stream: RandomStream) => TextPair;

/** Share of scenes whose words keep their order. */
const ORDERLY = 0.5;

/** The stream that shuffles the words of a scene, or nothing for words in order. */
export function orderOf(stream: RandomStream): RandomStream | undefined {
  return stream.uniform() < ORDERLY ? undefined : stream;
}
