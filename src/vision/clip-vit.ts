import * as v from "valibot";
import { times, type Tensor } from "../graph/index.ts";
import { linear, norm, widthOf, ZEROS, type NormKind, type Scope } from "../nn/index.ts";
import {
  add,
  axisSize,
  concat,
  conv2d,
  expand,
  gemm,
  linearMap,
  mul,
  reshape,
  sigmoid,
  slice,
  transpose,
} from "../ops/index.ts";
import { attention, overTokens } from "./attention.ts";
import type { ShapeOf, VisionEncoder } from "./encoder.ts";
import { convolutionWeight } from "./frozen-norm.ts";
import { Positions, requireNativeSize, USUAL_SIZE, withPositions } from "./positions.ts";
import { requireOutput } from "./require-output.ts";

const size = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Sizes of a CLIP vision transformer; the defaults are ViT-B/32. Its heads are 64 wide. */
export const ClipVitConfig = v.strictObject({
  name: v.literal("clip-vit"),
  width: v.optional(v.pipe(size, v.multipleOf(64)), 768),
  layers: v.optional(size, 12),
  /** Pixels a side of a patch. */
  patch: v.optional(size, 32),
  ffnWidth: v.optional(size, 3072),
  /** Width of CLIP's shared space; null = there is no projection. */
  pooledWidth: v.optional(v.nullable(size), 512),
  imageSize: v.optional(size, 224),
  positions: v.optional(Positions, "learned"),
});
export type ClipVitConfig = v.InferOutput<typeof ClipVitConfig>;

const HEAD_WIDTH = 64;
const NORM: NormKind = { kind: "layer", epsilon: 1e-5 };

/** x·σ(1.702x), CLIP's stand-in for GELU. */
function quickGelu(x: Tensor): Tensor {
  return mul(x, sigmoid(mul(x, 1.702)));
}

/** Images → a class token and a token for each patch, with positions: [B, 1 + N, D]. */
function embedded(scope: Scope, images: Tensor, { width, patch, positions }: ClipVitConfig): Tensor {
  const weight = convolutionWeight(scope.at("conv1"), images, width, patch);
  const patches = conv2d(images, weight, { stride: patch }); // [B, D, H, W]
  const [batch, count] = [axisSize(patches, 0), times(axisSize(patches, 2), axisSize(patches, 3))];
  const grid = transpose(reshape(patches, [batch, width, count]), [0, 2, 1]); // [B, N, D]
  const own = scope.parameter("class_embedding", [width], { of: "embedding", role: "weight" });
  const first = expand(reshape(own, [1, 1, width]), [batch, 1, width]);
  const tokens = concat([first, grid], 1);
  return norm(
    scope.at("ln_pre"),
    withPositions(scope, tokens, positions, [Number(axisSize(tokens, 1)), width]),
    NORM,
  );
}

/** Queries, keys and values by one matrix, as PyTorch's attention has it; x [B, N, D]. */
function selfAttention(scope: Scope, x: Tensor): Tensor {
  const width = widthOf(x);
  const traits = { of: "linear", fanIn: width } as const;
  const weight = scope.parameter("in_proj_weight", [3 * width, width], { ...traits, role: "weight" });
  const bias = scope.parameter("in_proj_bias", [3 * width], { ...traits, role: "bias" }, ZEROS);
  const all = overTokens(x, (rows) => linearMap(rows, weight, bias)); // [B, N, 3·D]
  const part = (index: number): Tensor => slice(all, { axis: 2, start: index * width, length: width });
  const context = attention(part(0), part(1), part(2), width / HEAD_WIDTH);
  return overTokens(context, (rows) => linear(scope.at("out_proj"), rows, width));
}

/** A pre-norm layer. */
function layer(scope: Scope, x: Tensor, ffnWidth: number): Tensor {
  const attended = add(x, selfAttention(scope.at("attn"), norm(scope.at("ln_1"), x, NORM)));
  const mlp = scope.at("mlp");
  const added = overTokens(norm(scope.at("ln_2"), attended, NORM), (rows) =>
    linear(mlp.at("c_proj"), quickGelu(linear(mlp.at("c_fc"), rows, ffnWidth)), widthOf(rows)),
  );
  return add(attended, added);
}

/** The class token, normalised and projected: [B, 1 + N, D] → [B, 1, pooledWidth]. */
function projected(scope: Scope, tokens: Tensor, pooledWidth: number): Tensor {
  const width = widthOf(tokens);
  const first = norm(scope.at("ln_post"), slice(tokens, { axis: 1, start: 0, length: 1 }), NORM);
  const traits = { of: "linear", role: "weight", fanIn: width } as const;
  const projection = scope.parameter("proj", [width, pooledWidth], traits);
  return overTokens(first, (rows) => gemm(rows, projection, { transposeA: false, transposeB: false }));
}

/**
 * The vision transformer of CLIP (Radford et al. 2021): ViT-B/32, ViT-B/16, ViT-L/14. The grid and the tokens are what
 * the last layer leaves, without norm or projection, as the original's extraction takes them.
 */
export function clipVit(config: ClipVitConfig): VisionEncoder {
  const { width, layers, patch, ffnWidth, pooledWidth, imageSize, positions } = config;
  const outputs =
    pooledWidth === null ? (["grid", "tokens"] as const) : (["grid", "tokens", "pooled"] as const);
  return {
    imageSize,
    outputs,
    usualSize: () => (positions === "learned" ? imageSize : USUAL_SIZE),
    rowShape(output, side) {
      requireOutput(output, outputs, config.name);
      const cells = Math.floor(side / patch) ** 2;
      if (output === "pooled") return { rows: 1, width: pooledWidth ?? 0 };
      return { rows: output === "grid" ? cells : cells + 1, width };
    },
    encode(root, images, output) {
      requireOutput(output, outputs, config.name);
      requireNativeSize(Number(axisSize(images, -1)), imageSize, positions);
      const scope = root.at("visual").part("vision");
      let x = embedded(scope, images, config);
      for (let index = 0; index < layers; index++) {
        x = layer(scope.at("transformer").atLayer("resblocks", { index, count: layers }), x, ffnWidth);
      }
      if (output === "tokens") return x;
      if (output === "pooled") return projected(scope, x, pooledWidth ?? 0);
      return slice(x, { axis: 1, start: 1, length: Number(axisSize(x, 1)) - 1 });
    },
  };
}

/** The configuration of a transformer whose tensors have these shapes; null when they are not a transformer's. */
export function foundClipVit(shapeOf: ShapeOf): v.InferInput<typeof ClipVitConfig> | null {
  const [width, , patch] = shapeOf("conv1.weight") ?? [];
  const [tokens] = shapeOf("positional_embedding") ?? [];
  const [ffnWidth] = shapeOf("transformer.resblocks.0.mlp.c_fc.weight") ?? [];
  if (width === undefined || patch === undefined || tokens === undefined || ffnWidth === undefined) {
    return null;
  }
  let layers = 0;
  while (shapeOf(`transformer.resblocks.${layers}.mlp.c_fc.weight`) !== undefined) layers++;
  const [, pooledWidth = null] = shapeOf("proj") ?? [];
  const imageSize = patch * Math.round(Math.sqrt(tokens - 1));
  return { name: "clip-vit", width, layers, patch, ffnWidth, pooledWidth, imageSize };
}
