import * as v from "valibot";
import type { VisualLayout } from "../backbones/index.ts";
import { symbol, times, type Tensor } from "../graph/index.ts";
import type { Parameter, Scope } from "../nn/index.ts";
import { reshape } from "../ops/index.ts";
import { VisionConfig, visionEncoder, type RowShape } from "../vision/index.ts";

const size = v.pipe(v.number(), v.integer(), v.minValue(1));

/**
 * An image encoder inside the model, which then reads pixels instead of features (the original's `raw_*` features). The
 * statistics of its batch norms are always those of its checkpoint.
 */
export const ImageEncoderConfig = v.strictObject({
  network: VisionConfig,
  /** Which of its outputs stands for an image. */
  output: v.picklist(["grid", "tokens", "pooled"]),
  /** Pixels a side. */
  imageSize: size,
  /** Whether it is trained along. */
  train: v.picklist(["frozen", "all"]),
});
export type ImageEncoderConfig = v.InferOutput<typeof ImageEncoderConfig>;

/** Rows that stand for one image, before the visual embedding pools them. */
export function encodedRows({ network, output, imageSize }: ImageEncoderConfig): RowShape {
  return visionEncoder(network).rowShape(output, imageSize);
}

/** Writes the encoder. Input `images` [B·images, 3, S, S], normalised → features [B, images·rows, F]. */
export function encodedImages(config: ImageEncoderConfig, scope: Scope, visual: VisualLayout): Tensor {
  const { network, output, imageSize } = config;
  const count = times(symbol("B"), visual.images);
  const images = scope.graph.input("images", "float32", [count, 3, imageSize, imageSize]);
  const rows = visionEncoder(network).encode(scope, images, output); // [B·images, rows, F]
  return reshape(rows, [symbol("B"), visual.images * visual.rows, encodedRows(config).width]);
}

/** Whether a parameter belongs to the image encoder. */
export function isOfImageEncoder({ traits }: Parameter): boolean {
  return traits.part === "vision";
}
