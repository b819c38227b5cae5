import * as v from "valibot";
import { VlPetError } from "../error.ts";
import type { Tensor } from "../graph/index.ts";
import type { Scope } from "../nn/index.ts";
import { add } from "../ops/index.ts";

/**
 * Where an encoder takes the positions of its tokens from.
 * Quirk: the original's extraction and its raw-image path assign resized positions to an attribute of a fresh zero
 * parameter, so that all positions are zero; that changes pooled vectors, and all outputs of a transformer ("zero").
 */
export const Positions = v.picklist(["learned", "zero"]);
export type Positions = v.InferOutput<typeof Positions>;

/** Tokens [B, N, D] and the learned positions [N, D] at the scope, or the tokens alone where positions are zero. */
export function withPositions(
  scope: Scope,
  tokens: Tensor,
  positions: Positions,
  [rows, width]: readonly [number, number],
): Tensor {
  if (positions === "zero") return tokens;
  const traits = { of: "embedding", role: "weight" } as const;
  return add(tokens, scope.parameter("positional_embedding", [rows, width], traits));
}

/** Pixels a side of the images that the original's features are made of, whatever the encoder was trained with. */
export const USUAL_SIZE = 224;

/** Throws kind "config" unless learned positions fit images of this size. */
export function requireNativeSize(imageSize: number, native: number, positions: Positions): void {
  if (positions === "zero" || imageSize === native) return;
  throw new VlPetError("config", "the encoder has learned positions for images of another size", {
    expected: `${native} pixels a side`,
    received: `${imageSize}`,
    fix: "use that size; for the grid of a ResNet any size will do",
  });
}
