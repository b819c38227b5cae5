import { VlPetError } from "../../error.ts";
import { embedding } from "../../nn/index.ts";
import { add } from "../../ops/index.ts";
import type { PositionScheme } from "../family.ts";
import type { BartConfig } from "./config.ts";

/** BART's position tables start with two rows that are never read. */
const OFFSET = 2;

/** BART's positions: a learned row for each, added to the tokens. */
export function learnedPositions({ maxPositions, width }: BartConfig): PositionScheme {
  return {
    countsPrompt: false,
    shape: (queries) => [queries],
    indices(_, first, count) {
      if (first + count <= maxPositions)
        return Array.from({ length: count }, (_row, i) => first + i + OFFSET);
      throw new VlPetError("shape", "a text is longer than the position table", {
        expected: `at most ${maxPositions} tokens`,
        received: `${first + count}`,
        fix: "shorten the texts, or lower the task's text limit",
      });
    },
    absolute(scope, tokens, indices) {
      const places = embedding(scope.at("embed_positions"), indices, maxPositions + OFFSET, width); // [T, D]
      return add(tokens, places);
    },
    relativeTable: () => null,
    relative: () => null,
  };
}
