import type { Scope } from "../nn/index.ts";
import type { Tensor } from "../graph/index.ts";

/**
 * What an image encoder can give, as rows [B, rows, width]. "grid": a row for each cell of the image, row-major from
 * the top left; "pooled": one row for the whole image, as wide as CLIP's shared space; "tokens": a transformer's class
 * token and then its grid.
 */
export type VisionOutput = "grid" | "tokens" | "pooled";

/** Rows that stand for one image. */
export interface RowShape {
  readonly rows: number;
  readonly width: number;
}

/**
 * An image encoder as pure graph functions. Its parameters are asked from the scope under the names of OpenAI's
 * checkpoints, below `visual`; gradients flow through all of it. There is no dropout, and batch statistics are those of
 * the checkpoint, in training too.
 */
export interface VisionEncoder {
  /** Pixels a side of the images it was trained with. */
  readonly imageSize: number;
  readonly outputs: readonly VisionOutput[];
  /** Pixels a side to use for an output when nobody says: 224 where any size will do, as in the original. */
  usualSize(output: VisionOutput): number;
  /** Rows and width of an output for images of `imageSize` pixels a side. Throws kind "config" where it has no such output. */
  rowShape(output: VisionOutput, imageSize: number): RowShape;
  /** Normalised images [B, 3, S, S], S fixed → [B, rows, width]. Throws kind "config" where it has no such output. */
  encode(scope: Scope, images: Tensor, output: VisionOutput): Tensor;
}

/** Finds the shape of a tensor by its name in OpenAI's checkpoints, without `visual.`; undefined = there is none. */
export type ShapeOf = (name: string) => readonly number[] | undefined;
