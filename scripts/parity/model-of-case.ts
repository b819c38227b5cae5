import * as v from "valibot";
import { BackboneConfig, visualLayout, type VisualLayout } from "../../src/backbones/index.ts";
import { PetConfig } from "../../src/pet/index.ts";
import type { ModelConfig } from "../../src/train/model.ts";
import type { CaseDescription } from "./case.ts";
import { METHOD_WORDS } from "./method-words.ts";

/** What only one of the families has. */
function familySizes({ backbone, sizes }: CaseDescription): object {
  if (backbone === "bart") return { maxPositions: sizes.maxPositions };
  const { headDim, relativeBuckets, relativeMaxDistance } = sizes;
  return { headWidth: headDim, relativeBuckets, relativeDistance: relativeMaxDistance };
}

function backboneOf(about: CaseDescription): unknown {
  const { backbone, sizes, method } = about;
  const { heads: _heads, ...projector } = (method["visualProjector"] ?? {}) as Record<string, unknown>;
  return {
    name: backbone,
    width: sizes.dModel,
    vocabulary: sizes.vocabSize,
    encoderLayers: sizes.encoderLayers,
    decoderLayers: sizes.decoderLayers,
    heads: sizes.heads,
    ffnWidth: sizes.ffn,
    ...familySizes(about),
    featureWidth: sizes.featDim ?? undefined,
    imageSlots: sizes.nImages,
    projector: method["visualProjector"] === undefined ? null : projector,
    dropRate: 0,
  };
}

/** The model of a case, or null when its backbone or method comes later. */
export function modelOfCase(about: CaseDescription): ModelConfig | null {
  const pet = METHOD_WORDS[about.method.name]?.(about.method) ?? null;
  if (pet === null) return null;
  const parsedPet = v.safeParse(PetConfig, pet);
  const parsedBackbone = v.safeParse(BackboneConfig, backboneOf(about));
  if (!parsedPet.success || !parsedBackbone.success) return null;
  return { pet: parsedPet.output, backbone: parsedBackbone.output };
}

/** The visual layout of a batch whose features have this shape: [B, rows, F] or [B, images, rows, F]. */
export function layoutOf({ sizes }: CaseDescription, shape: readonly number[]): VisualLayout {
  if (sizes.nImages === 0 || sizes.nBoxes === null) return visualLayout(0, 1, null);
  const [images, rows] = shape.length === 4 ? [shape[1] ?? 1, shape[2] ?? 1] : [1, shape[1] ?? 1];
  return visualLayout(images, rows, sizes.downsample ? { regions: sizes.nBoxes } : null);
}
