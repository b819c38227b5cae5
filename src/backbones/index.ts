import * as v from "valibot";
import { WITHOUT_PROMPTS, type PromptLengths } from "../nn/index.ts";
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

/** The backbone a configuration describes, with room for a method's prompts before its texts. */
export function backbone(config: BackboneConfig, prompts: PromptLengths = WITHOUT_PROMPTS): Backbone {
  return BACKBONES[config.name].build(config, prompts);
}
