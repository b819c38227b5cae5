import * as v from "valibot";
import type { Backbone } from "./backbone.ts";
import { bart, BartConfig } from "./bart/index.ts";

export type {
  Backbone,
  DecoderBatch,
  DecoderStep,
  Encoded,
  EncoderBatch,
  Feeds,
  Head,
  Sizes,
  SpecialTokens,
} from "./backbone.ts";
export { poolingWindows, visualLayout, visualTokens, type VisualLayout } from "./visual-layout.ts";

/** One entry a family: its configuration's schema and its builder. */
export const BACKBONES = {
  bart: { config: BartConfig, build: bart },
} as const;

/** Configuration of any backbone, told apart by `name`. */
export const BackboneConfig = v.variant("name", [BartConfig]);
export type BackboneConfig = v.InferOutput<typeof BackboneConfig>;

/** The backbone a configuration describes. */
export function backbone(config: BackboneConfig): Backbone {
  return BACKBONES[config.name].build(config);
}
