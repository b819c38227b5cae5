import * as v from "valibot";
import { VlPetError } from "../error.ts";
import type { InitRule } from "../nn/index.ts";
import { clipResNet, ClipResNetConfig, foundClipResNet } from "./clip-resnet.ts";
import { clipVit, ClipVitConfig, foundClipVit } from "./clip-vit.ts";
import type { ShapeOf, VisionEncoder } from "./encoder.ts";

export type { RowShape, ShapeOf, VisionEncoder, VisionOutput } from "./encoder.ts";
export { Positions } from "./positions.ts";

/** One entry a family: its configuration's schema, its builder, and how its sizes are found in a checkpoint. */
export const VISION = {
  "clip-resnet": { config: ClipResNetConfig, build: clipResNet, found: foundClipResNet },
  "clip-vit": { config: ClipVitConfig, build: clipVit, found: foundClipVit },
} as const;

type VisionConfigs = (typeof VISION)[keyof typeof VISION]["config"];
export type VisionConfig = v.InferOutput<VisionConfigs>;

/** Configuration of any image encoder, told apart by `name`. */
export const VisionConfig: v.GenericSchema<v.InferInput<VisionConfigs>, VisionConfig> = v.variant(
  "name",
  Object.values(VISION).map(({ config }) => config) as [VisionConfigs, ...VisionConfigs[]],
);

/** The least that a family's entry is; which configuration goes with which builder, its name says. */
interface VisionEntry {
  build(config: VisionConfig): VisionEncoder;
  found(shapeOf: ShapeOf): v.InferInput<VisionConfigs> | null;
}

/** The image encoder that a configuration describes. */
export function visionEncoder(config: VisionConfig): VisionEncoder {
  const entry: VisionEntry = VISION[config.name];
  return entry.build(config);
}

/**
 * The configuration of the encoder whose tensors have these shapes; null when no family knows them. Throws kind
 * "checkpoint" when a family does, but cannot be computed in these sizes.
 */
export function foundVision(shapeOf: ShapeOf): VisionConfig | null {
  for (const entry of Object.values<VisionEntry>(VISION)) {
    const found = entry.found(shapeOf);
    if (found === null) continue;
    const parsed = v.safeParse(VisionConfig, found);
    if (parsed.success) return parsed.output;
    throw new VlPetError(
      "checkpoint",
      "the tensors are those of no image encoder that can be computed here",
      {
        where: found.name,
        expected: "four stages of a ResNet, or a transformer whose width is a multiple of 64",
        received: JSON.stringify(found),
        fix: "use an encoder of CLIP",
      },
    );
  }
  return null;
}

/** How an image encoder without a checkpoint starts: weights ~ N(0, 1/fan-in), tables ~ N(0, 0.02²), biases 0. */
export const visionInit: InitRule = ({ role, fanIn }) => {
  if (role === "bias") return { kind: "constant", value: 0 };
  return { kind: "normal", deviation: fanIn === undefined ? 0.02 : fanIn ** -0.5 };
};
