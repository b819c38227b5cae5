import type { ImageEncoder } from "../feature-source.ts";
import { normalizeInto, squarePixels, type Fit } from "./clip-pixels.ts";
import { readPhoto } from "./read-photo.ts";

/** Red, green and blue. */
export const PIXEL_ROWS = 3;

/**
 * Photos as the pixels that CLIP reads, for models with an image encoder of their own: one row a channel, normalised,
 * [3, side²].
 */
export function pixelFeatures(side: number, fit: Fit): ImageEncoder {
  return async (file) => {
    const { pixels } = await readPhoto(file);
    const values = new Float32Array(PIXEL_ROWS * side ** 2);
    normalizeInto(squarePixels(pixels, side, fit), values, 0);
    return { rows: PIXEL_ROWS, width: side ** 2, values };
  };
}
