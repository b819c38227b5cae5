import * as v from "valibot";
import { times, type Tensor } from "../graph/index.ts";
import type { Scope } from "../nn/index.ts";
import { add, averagePool2d, axisSize, relu, reshape, transpose } from "../ops/index.ts";
import { attentionPool } from "./attention-pool.ts";
import type { ShapeOf, VisionEncoder } from "./encoder.ts";
import { channelsOf, normedConvolution } from "./frozen-norm.ts";
import { Positions, requireNativeSize, USUAL_SIZE } from "./positions.ts";
import { requireOutput } from "./require-output.ts";

const size = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Sizes of a CLIP ResNet; the defaults are RN101. */
export const ClipResNetConfig = v.strictObject({
  name: v.literal("clip-resnet"),
  /** Channels behind the stem; a grid has 32 times as many. */
  width: v.optional(v.pipe(size, v.multipleOf(2)), 64),
  /** Blocks of each stage. */
  blocks: v.optional(v.tuple([size, size, size, size]), [3, 4, 23, 3]),
  /** Width of CLIP's shared space; null = there is no attention pool. */
  pooledWidth: v.optional(v.nullable(size), 512),
  imageSize: v.optional(size, 224),
  positions: v.optional(Positions, "learned"),
});
export type ClipResNetConfig = v.InferOutput<typeof ClipResNetConfig>;

/** Channels of a block's end over those of its middle. */
const EXPANSION = 4;
/** The grid's channels over the stem's: four stages, each with twice the channels of the one before. */
const GROWTH = 8 * EXPANSION;
const HEAD_WIDTH = 64;
/** Pixels a side of a cell of the grid: five halvings. */
const CELL = 32;

/** Cells a side of the grid: a stride of two, then pools that do not read what is left over. */
function gridSide(imageSize: number): number {
  const behindStem = Math.floor(Math.ceil(imageSize / 2) / 2);
  return [2, 3, 4].reduce((side) => Math.floor(side / 2), behindStem);
}

/** Three convolutions, the first with a stride of two, and a pool: [B, 3, S, S] → [B, width, S/4, S/4]. */
function stem(scope: Scope, images: Tensor, width: number): Tensor {
  const layer = (x: Tensor, index: number, outputs: number, stride = 1): Tensor =>
    relu(
      normedConvolution(scope, x, {
        convolution: `conv${index}`,
        norm: `bn${index}`,
        outputs,
        side: 3,
        stride,
      }),
    );
  const first = layer(images, 1, width / 2, 2);
  return averagePool2d(layer(layer(first, 2, width / 2), 3, width), 2);
}

function pooled(x: Tensor, stride: number): Tensor {
  return stride === 1 ? x : averagePool2d(x, stride);
}

/** A bottleneck whose stride is a pool in front of the last convolution (Zhang 2019's anti-aliasing, as CLIP has it). */
function bottleneck(scope: Scope, x: Tensor, planes: number, stride: number): Tensor {
  const outputs = planes * EXPANSION;
  const middle = relu(
    normedConvolution(scope, x, { convolution: "conv1", norm: "bn1", outputs: planes, side: 1 }),
  );
  const wide = relu(
    normedConvolution(scope, middle, { convolution: "conv2", norm: "bn2", outputs: planes, side: 3 }),
  );
  const end = { convolution: "conv3", norm: "bn3", outputs, side: 1 };
  const y = normedConvolution(scope, pooled(wide, stride), end);
  const isAlike = stride === 1 && channelsOf(x) === outputs;
  const shortcut = { convolution: "downsample.0", norm: "downsample.1", outputs, side: 1 };
  return relu(add(y, isAlike ? x : normedConvolution(scope, pooled(x, stride), shortcut)));
}

/** The trunk: [B, 3, S, S] → [B, 32·width, S/32, S/32]. */
function trunk(scope: Scope, images: Tensor, { width, blocks }: ClipResNetConfig): Tensor {
  let x = stem(scope, images, width);
  blocks.forEach((count, stage) => {
    for (let index = 0; index < count; index++) {
      const at = scope.atLayer(`layer${stage + 1}`, { index, count });
      x = bottleneck(at, x, width * 2 ** stage, stage > 0 && index === 0 ? 2 : 1);
    }
  });
  return x;
}

/** [B, C, H, W] → [B, H·W, C], row-major. */
function cells(x: Tensor): Tensor {
  const [batch, channels] = [axisSize(x, 0), axisSize(x, 1)];
  return transpose(reshape(x, [batch, channels, times(axisSize(x, 2), axisSize(x, 3))]), [0, 2, 1]);
}

/** The ResNet of CLIP (Radford et al. 2021): RN50, RN101, RN50x4 and the like. */
export function clipResNet(config: ClipResNetConfig): VisionEncoder {
  const { width, pooledWidth, imageSize, positions } = config;
  const gridWidth = GROWTH * width;
  const outputs = pooledWidth === null ? (["grid"] as const) : (["grid", "pooled"] as const);
  return {
    imageSize,
    outputs,
    usualSize: (output) => (output === "pooled" && positions === "learned" ? imageSize : USUAL_SIZE),
    rowShape(output, side) {
      requireOutput(output, outputs, config.name);
      if (output === "pooled") return { rows: 1, width: pooledWidth ?? 0 };
      return { rows: gridSide(side) ** 2, width: gridWidth };
    },
    encode(root, images, output) {
      requireOutput(output, outputs, config.name);
      const scope = root.at("visual").part("vision");
      const grid = cells(trunk(scope, images, config));
      if (output !== "pooled") return grid;
      requireNativeSize(Number(axisSize(images, -1)), imageSize, positions);
      const pool = { heads: gridWidth / HEAD_WIDTH, outputs: pooledWidth ?? 0, positions };
      return attentionPool(scope.at("attnpool"), grid, pool);
    },
  };
}

/** The configuration of a ResNet whose tensors have these shapes; null when they are not a ResNet's. */
export function foundClipResNet(shapeOf: ShapeOf): v.InferInput<typeof ClipResNetConfig> | null {
  const [width] = shapeOf("layer1.0.conv1.weight") ?? [];
  if (width === undefined) return null;
  const count = (stage: number): number => {
    let blocks = 0;
    while (shapeOf(`layer${stage}.${blocks}.conv1.weight`) !== undefined) blocks++;
    return blocks;
  };
  const [pooledWidth = null] = shapeOf("attnpool.c_proj.weight") ?? [];
  const [tokens] = shapeOf("attnpool.positional_embedding") ?? [];
  return {
    name: "clip-resnet",
    width,
    blocks: [count(1), count(2), count(3), count(4)],
    pooledWidth,
    ...(tokens === undefined ? {} : { imageSize: CELL * Math.round(Math.sqrt(tokens - 1)) }),
  };
}
