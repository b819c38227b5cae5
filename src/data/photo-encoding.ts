import type { ImageEncoder } from "./feature-source.ts";
import type { Fit } from "./images/clip-pixels.ts";

/**
 * How photos are turned into features, as plain data that can be sent to another thread: hand-made features of patches,
 * or normalised pixels for a model with an image encoder of its own.
 */
export type PhotoEncoding =
  | { readonly kind: "patches" }
  | { readonly kind: "pixels"; readonly side: number; readonly fit: Fit };

/** The function for it. What reads images is loaded only then. */
export async function photoEncoder(encoding: PhotoEncoding): Promise<ImageEncoder> {
  if (encoding.kind === "patches") return (await import("./patch-features.ts")).patchFeatures;
  const { pixelFeatures } = await import("./images/pixel-features.ts");
  return pixelFeatures(encoding.side, encoding.fit);
}
