import type { RunConfig } from "../config/index.ts";
import { photoEncoder, type ImageEncoder, type PhotoEncoding } from "../data/index.ts";
import { PATCH_WIDTH } from "../data/patch-features.ts";
import { VlPetError } from "../error.ts";
import type { ImageEncoderConfig } from "../train/image-encoder.ts";
import type { ModelSession } from "../train/session.ts";

/** How a model reads photos. */
export interface PhotoReading {
  readonly photos: PhotoEncoding;
  /** Width of what photos become, which is also what rows of any other features must have; undefined = any. */
  readonly width?: number;
}

/** The way of a model with an image encoder, which reads pixels, or of one without, for which patches stand in. */
export function photoReading(
  { visual }: Pick<RunConfig, "visual">,
  imageEncoder: ImageEncoderConfig | null,
): PhotoReading {
  if (imageEncoder === null || visual.encoder === null) return { photos: { kind: "patches" } };
  const side = imageEncoder.imageSize;
  return { photos: { kind: "pixels", side, fit: visual.encoder.fit }, width: side ** 2 };
}

/** How a trained model's photos become features, and how wide any features must be. */
export interface SessionReading {
  readonly encode: ImageEncoder;
  readonly width: number;
}

/**
 * The way of a trained model.
 *
 * @throws (its `encode`) VlPetError "data" when its features were extracted beforehand: a photo is of no use then.
 */
export async function sessionReading({ model }: ModelSession, config: RunConfig): Promise<SessionReading> {
  const { imageEncoder = null } = model.config;
  const { featureWidth } = model.backbone.sizes;
  const { photos, width = featureWidth } = photoReading(config, imageEncoder);
  if (imageEncoder !== null || featureWidth === PATCH_WIDTH)
    return { encode: await photoEncoder(photos), width };
  return { encode: (file) => Promise.reject(photoRefused(file, featureWidth)), width };
}

function photoRefused(file: string, width: number): VlPetError {
  return new VlPetError("data", "this model was trained on extracted features, not on photos", {
    where: file,
    expected: `features of width ${width}`,
    received: "a photo",
    fix: "extract the features of the image in the same way and give them with --features",
  });
}
