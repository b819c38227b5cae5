import * as v from "valibot";
import { WITHOUT_PROMPTS, type Ladder, type PromptLengths } from "../nn/index.ts";
import type { Backbone } from "./backbone.ts";
import { bart, BartConfig } from "./bart/index.ts";
import { t5, T5Config } from "./t5/index.ts";

export type {
  Backbone,
  CacheShape,
  DecoderBatch,
  DecoderStep,
  Encoded,
  EncoderBatch,
  Feeds,
  Head,
  SearchHabits,
  Sizes,
  SpecialTokens,
} from "./backbone.ts";
export { HUGGING_FACE, type HuggingFaceFormat } from "./hugging-face.ts";
export { poolingWindows, visualLayout, visualTokens, type VisualLayout } from "./visual-layout.ts";

/** One entry a family: its configuration's schema and its builder. */
export const BACKBONES = {
  bart: { config: BartConfig, build: bart },
  t5: { config: T5Config, build: t5 },
} as const;

type BackboneConfigs = (typeof BACKBONES)[keyof typeof BACKBONES]["config"];
export type BackboneConfig = v.InferOutput<BackboneConfigs>;

/** Configuration of any backbone, told apart by `name`. */
export const BackboneConfig: v.GenericSchema<v.InferInput<BackboneConfigs>, BackboneConfig> = v.variant(
  "name",
  Object.values(BACKBONES).map(({ config }) => config) as [BackboneConfigs, ...BackboneConfigs[]],
);

/** The least that a family's entry is; which configuration goes with which builder, its name says. */
interface BackboneEntry {
  build(config: BackboneConfig, prompts: PromptLengths, ladder: Ladder | null): Backbone;
}

/** The backbone a configuration describes, with room for a method's prompts before its texts and a side network. */
export function backbone(
  config: BackboneConfig,
  prompts: PromptLengths = WITHOUT_PROMPTS,
  ladder: Ladder | null = null,
): Backbone {
  const entry: BackboneEntry = BACKBONES[config.name];
  return entry.build(config, prompts, ladder);
}
