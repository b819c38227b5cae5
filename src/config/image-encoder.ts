import * as v from "valibot";
import { FITS } from "../data/images/clip-pixels.ts";
import { Path } from "../tasks/index.ts";
import type { ImageEncoderConfig } from "../train/image-encoder.ts";
import { readVisionConfig } from "../train/vision-source.ts";

/** Settings of an image encoder inside the model, which then reads photos instead of features. */
export const ImageEncoderSettings = v.strictObject({
  /** Its weights: OpenAI's CLIP (.pt), a state dict (.pth), or safetensors, also under Hugging Face's names. */
  weights: Path,
  /** Which of its outputs stands for an image; the grid is one row a cell. */
  output: v.optional(v.picklist(["grid", "tokens", "pooled"]), "grid"),
  /** Pixels a side; null = those it was trained with. */
  imageSize: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(32))), null),
  /** How a photo becomes a square: "stretch" as the original does, "crop" as CLIP does. */
  fit: v.optional(v.picklist(FITS), "stretch"),
  /** Whether it is trained along; the statistics of its batch norms never change. */
  train: v.optional(v.picklist(["frozen", "all"]), "frozen"),
});
export type ImageEncoderSettings = v.InferOutput<typeof ImageEncoderSettings>;

/**
 * The image encoder that some settings describe, its sizes found in the file of its weights; null without settings.
 *
 * @throws VlPetError "checkpoint" when the file holds no image encoder that is known.
 */
export async function imageEncoderConfig(
  settings: ImageEncoderSettings | null,
): Promise<ImageEncoderConfig | null> {
  if (settings === null) return null;
  const { weights, output, imageSize, train } = settings;
  const network = await readVisionConfig(weights);
  return { network, output, imageSize: imageSize ?? network.imageSize, train };
}
